"""Whole audits say what they said when somebody last read and approved it (``python -m tests.approved``)."""

from __future__ import annotations

import json

import pytest

from tests.approved.told import KEPT, kept, told


@pytest.mark.parametrize("kind", KEPT)
def test_an_audit_says_what_was_approved(kind):
    changes = list(differing(kept(kind), json.loads(json.dumps(told(kind))), ""))
    assert not changes, "\n".join(changes[:20])


def differing(before, after, where: str):
    """Where two documents differ by more than the last digits of a number."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            yield from differing(before.get(key), after.get(key), f"{where}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differing(one, other, f"{where}[{i}]")
    elif not alike(before, after):
        yield f"{where}: {before!r} is now {after!r}"


def alike(before, after) -> bool:
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (before, after))
    return after == pytest.approx(before, rel=1e-6, abs=1e-9) if numbers else before == after


def test_a_change_is_seen_and_the_last_digit_is_none():
    assert list(differing({"a": [1.0, "x"]}, {"a": [1.0 + 1e-12, "x"]}, "")) == []
    assert list(differing({"a": [1.0, "x"]}, {"a": [1.001, "y"]}, "")) == [
        ".a[0]: 1.0 is now 1.001",
        ".a[1]: 'x' is now 'y'",
    ]
    assert len(list(differing({"a": 1}, {"b": 1}, ""))) == 2
    assert len(list(differing([1], [1, 2], ""))) == 1
    assert len(list(differing(True, 1.0, ""))) == 0
