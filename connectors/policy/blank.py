"""When a field is empty: the CRMs send null, an empty string or spaces for the same thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.policy.model import Applied


def filled(value: str | None) -> str | None:
    """The value without outer spaces; None where nothing is left."""
    return (value.strip() or None) if value is not None else None


def each_filled(values: Sequence[str | None], change: Callable[[str], str | None]) -> Applied:
    """Change every filled value; an empty one stays missing, a filled one that becomes None is unmapped."""
    before = [filled(value) for value in values]
    after = tuple(None if value is None else change(value) for value in before)
    lost = sum(old is not None and new is None for old, new in zip(before, after, strict=True))
    return Applied(values=after, unmapped=lost)
