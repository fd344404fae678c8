"""k, l and t against pycanon, on random tables and on a real campaign; and where pycanon differs."""

from __future__ import annotations

import csv
import gzip
import math

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.policy.diversity import diversity
from connectors.policy.risk import risk

EXAMPLES = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
words = st.sampled_from(["a", "b", "c"])
tables = st.lists(st.tuples(words, words, st.sampled_from(["x", "y", "z"])), min_size=1, max_size=30)
numbers = st.lists(st.tuples(words, words, st.integers(1, 5)), min_size=1, max_size=30)


def ours(rows):
    table = pa.table(
        {name: pa.array([str(row[i]) for row in rows], pa.string()) for i, name in enumerate("pqs")}
    )
    return risk(table, "pq"), diversity(table, "pq", "s")


def theirs(ask, rows):
    columns = {name: [row[i] for row in rows] for i, name in enumerate("pqs")}
    return ask("pycanon", columns=columns, known=["p", "q"], sensitive="s")


@EXAMPLES
@given(tables)
def test_k_l_and_t_by_equal_distance_agree(ask, rows):
    found, told = theirs(ask, rows), ours(rows)
    assert told[0].smallest == found["k"]
    assert told[1].distinct == found["distinct"]
    assert told[1].closeness == pytest.approx(found["closeness"], abs=1e-9)
    assert told[1].ordered is None
    # pycanon cuts the entropy's l down to a whole number, and by rounding sometimes to the one below.
    assert found["entropy"] in {math.floor(told[1].effective + 1e-9), math.floor(told[1].effective - 1e-9)}


@EXAMPLES
@given(numbers)
def test_t_by_ordered_distance_agrees(ask, rows):
    found, told = theirs(ask, rows), ours(rows)
    assert told[0].smallest == found["k"]
    if len({row[2] for row in rows}) == 1:
        # With one value there is no way to go: pycanon divides by zero, which is nothing it can say.
        assert told[1].ordered is None
        assert told[1].closeness == 0
        return
    assert told[1].ordered == pytest.approx(found["closeness"], abs=1e-9)


def test_where_pycanon_is_wrong_a_missing_value_hides_nobody(ask):
    """A lead whose ZIP code is missing stands alone. pycanon drops it, and tells of a larger k."""
    rows = [("a", "x", "s"), ("a", "x", "t"), (None, "x", "s")]
    table = pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate("pqs")})
    assert risk(table, "p").smallest == 1
    columns = {name: [row[i] for row in rows] for i, name in enumerate("pqs")}
    assert ask("pycanon", columns=columns, known=["p"], sensitive="s")["k"] == 2


def test_a_real_campaign_agrees(ask, data_dir):
    with gzip.open(data_dir / "bank_marketing" / "bank-additional-full.csv.gz", "rt") as file:
        rows = [row for place, row in enumerate(csv.DictReader(file, delimiter=";")) if place % 8 == 0]
    known = ["marital", "education", "default"]
    for sensitive, numeric in (("job", False), ("campaign", True)):
        columns = {name: [row[name] for row in rows] for name in (*known, sensitive)}
        table = pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
        if numeric:
            columns[sensitive] = [int(value) for value in columns[sensitive]]
        found = ask("pycanon", columns=columns, known=known, sensitive=sensitive)
        told = diversity(table, known, sensitive)
        assert len(rows) == 5149
        assert risk(table, known).smallest == found["k"]
        assert told.distinct == found["distinct"]
        assert math.floor(told.effective + 1e-9) == found["entropy"]
        closeness = told.ordered if numeric else told.closeness
        assert closeness == pytest.approx(found["closeness"], abs=1e-9)
