"""What is made once for a table is made for no other, and goes with it."""

from __future__ import annotations

import gc

import pyarrow as pa
import pytest

from audit.rows import once
from audit.rows.levels import feature


def leads(values: list[int]) -> pa.Table:
    return pa.table({"feature:x": values})


def test_it_is_made_at_the_first_call_alone():
    table, made = leads([1, 2, 3]), []
    for _ in range(3):
        assert once.once(table, "rows", lambda: made.append(1) or len(table)) == 3
    assert made == [1]
    assert once.once(table, "columns", lambda: 7) == 7


def test_an_equal_table_has_its_own():
    one, two = leads([1, 2]), leads([1, 2])
    assert once.once(one, "which", lambda: "one") == "one"
    assert once.once(two, "which", lambda: "two") == "two"


def test_it_goes_with_the_table():
    gc.collect()
    before = len(once._MADE)
    tables = [leads([place]) for place in range(50)]
    for table in tables:
        once.once(table, "x", lambda: 1)
    assert len(once._MADE) == before + 50
    del table, tables
    gc.collect()
    assert len(once._MADE) == before


def test_a_table_in_the_place_of_one_that_went_gets_nothing_of_it():
    for value in range(200):
        # As many rows as the value, so that what another table had would show.
        levels = feature(leads(list(range(value + 1))), "x")
        assert levels.codes.size == value + 1
        del levels


def test_nobody_changes_what_others_are_given_too():
    table = leads([1, 2, 3] * 20)
    with pytest.raises(ValueError, match="read-only"):
        feature(table, "x").codes[0] = 5
    assert feature(table, "x") is feature(table, "x")
    assert feature(table, "x", least=1) is not feature(table, "x")
