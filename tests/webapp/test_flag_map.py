"""Flags in little memory are the flags of a dictionary."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.pseudonym import LeadKey
from connectors.source import Flag
from webapp.store.flag_map import FlagMap

KEYS = st.integers(0, 2**128 - 1).map(lambda number: number.to_bytes(16))
FLAGS = st.sampled_from(
    [
        Flag(status="ok", reason=reason, audit_id="A", checked_at=datetime(2026, 11, 23, tzinfo=UTC))
        for reason in "abc"
    ]
)


@given(st.dictionaries(KEYS, FLAGS), st.lists(KEYS))
def test_it_is_the_dictionary(flags: dict[bytes, Flag], others: list[bytes]):
    made = FlagMap(sorted(flags.items(), key=lambda one: one[0]))
    assert made == {LeadKey(key): flag for key, flag in flags.items()}
    assert len(made) == len(flags)
    assert [made.get(LeadKey(key)) for key in others] == [flags.get(key) for key in others]


@pytest.mark.parametrize("keys", [[b"b" * 16, b"a" * 16], [b"a" * 16] * 2, [b"a"]])
def test_keys_out_of_order_are_refused(keys: list[bytes]):
    flag = Flag(status="ok", reason="", audit_id="", checked_at=datetime(2026, 11, 23, tzinfo=UTC))
    with pytest.raises(ValueError, match="in order"):
        FlagMap((key, flag) for key in keys)
