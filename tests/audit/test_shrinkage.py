"""Shrunk values of small groups: nearer to the truth than raw ones, with intervals that hold it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from audit.metrics import estimates
from tests.audit.tables import cube, stream
from tests.validation.nulls import selected
from tests.validation.shrinking import shrinking


@pytest.mark.parametrize("interaction", [0.0, 0.05])
def test_the_error_falls_and_the_interval_holds(interaction):
    found = shrinking(interaction, 60, 3)
    assert found.shrunk_error < 0.7 * found.raw_error
    assert found.covered >= 0.93


def test_a_large_crossing_stays_where_it_is_and_a_small_one_moves():
    random = np.random.default_rng(4)
    size = np.array([20000, 12] * 6)
    truth = np.repeat([0.1, 0.2, 0.3], 4) + random.normal(0, 0.05, 12)
    table, by = selected(random.binomial(size, truth), tuple(size.tolist()), crossed=True)
    moved = {}
    for e in estimates(table, by, 0):
        if len(e.attribute) == 2 and e.metric == "selection_rate":
            one = e.estimate
            assert 0 <= one.shrunk_low <= one.shrunk <= one.shrunk_high <= 1
            moved.setdefault(one.n, []).append(abs(one.shrunk - one.value))
    assert max(moved[20000]) < 0.002
    assert max(moved[12]) > 0.03


def test_a_rate_of_nothing_is_not_taken_for_certain():
    size = (40,) * 12
    hits = np.array([0, 8, 10, 6, 9, 7, 12, 5, 8, 11, 6, 9])
    table, by = selected(hits, size, crossed=True)
    (one,) = [
        e.estimate
        for e in estimates(table, by, 0)
        if (e.group, e.metric) == (("g00", "g00"), "selection_rate")
    ]
    assert one.value == 0
    assert 0.02 < one.shrunk < 0.2
    assert one.shrunk_low > 0


def test_only_where_there_is_something_to_lean_on():
    table, by = selected(np.array([10, 20, 30]), (50, 60, 70))
    assert all(e.estimate.shrunk is None for e in estimates(table, by, 0))
    table, by = selected(np.array([10, 20, 30, 4, 90]), (50, 60, 70, 10, 500))
    by_n = {e.estimate.n: e.estimate for e in estimates(table, by, 0) if e.metric == "selection_rate"}
    assert {n for n, one in by_n.items() if one.shrunk is not None} == {50, 60, 70, 10}


def test_means_are_shrunk_too_and_other_metrics_are_not():
    random = np.random.default_rng(1)
    a, b = random.integers(0, 4, 600), random.integers(0, 4, 600)
    leads = {
        "attribute:a": pa.array(a.astype(str)),
        "attribute:b": pa.array(b.astype(str)),
        "score": np.clip(random.normal(50 + 5 * a, 15), 0, 100).round(),
        "outcome": random.random(600) < 0.4,
    }
    by = stream("a", "b")
    shown = {e.metric for e in estimates(cube(leads, by), by, 0) if e.estimate.shrunk is not None}
    assert "mean_score" in shown
    assert "selection_rate" in shown
    assert not shown & {"auc", "count", "group_share", "selected_share", "f1"}


def test_equal_groups_of_equal_scores_do_not_divide_by_nothing():
    leads = {
        "attribute:a": pa.array(list("wxyz") * 10),
        "score": np.full(40, 60.0),
        "outcome": np.zeros(40, dtype=bool),
    }
    by = stream("a")
    for e in estimates(cube(leads, by), by, 0):
        if e.estimate.shrunk is not None:
            assert e.estimate.shrunk_low <= e.estimate.shrunk <= e.estimate.shrunk_high
