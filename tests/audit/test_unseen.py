"""Bounds hold the truth whatever the unseen leads are, and their intervals cover it."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.intervals import quantile
from audit.unseen import bounds
from audit.unseen.region import critical
from tests.audit.tables import cube, stream

ROUNDING = 1e-9


def leads(random: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    score = random.integers(0, 11, n) * 10.0
    return {
        "group": random.choice(["a", "b"], n),
        "score": score,
        "won": random.random(n) < 0.1 + 0.6 * score / 100,
        "worked": random.random(n) < 0.3 + 0.5 * score / 100,
    }


def table(
    made: dict[str, np.ndarray], outcome: pa.Array, group: np.ndarray | None = None
) -> dict[str, object]:
    names = made["group"] if group is None else group
    return {"attribute:g": pa.array(names).dictionary_encode(), "score": made["score"], "outcome": outcome}


def known(made: dict[str, np.ndarray], won: np.ndarray, group: np.ndarray) -> dict[object, float | None]:
    """The metrics of every group, computed from the rows."""
    chosen, found = made["score"] >= 50, {}
    rules = {
        "base_rate": (won, np.ones_like(won)),
        "selection_rate": (chosen, np.ones_like(won)),
        "mean_score": (made["score"], np.ones_like(won)),
        "true_positive_rate": (chosen, won),
        "false_positive_rate": (chosen, ~won),
        "precision": (won, chosen),
        "negative_predictive_value": (~won, ~chosen),
        "accuracy": (won == chosen, np.ones_like(won)),
    }
    for name, of in {(): np.ones_like(won), **{(level,): group == level for level in "abc"}}.items():
        for metric, (hit, used) in rules.items():
            found[(name, metric)] = float(hit[of & used].mean()) if (of & used).any() else None
    return found


def inside(bound, values) -> None:
    own = values[(bound.group, bound.metric)]
    other = 0.0 if bound.reference is None else values[(bound.reference, bound.metric)]
    if own is not None and other is not None:
        assert bound.lower - ROUNDING <= own - other <= bound.upper + ROUNDING, bound
        assert bound.low <= bound.lower + ROUNDING, bound
        assert bound.high >= bound.upper - ROUNDING, bound


@given(st.integers(0, 10_000), st.integers(3, 60), st.floats(0, 1), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_completion_of_unseen_outcomes_leaves_the_bounds(seed, n, share, record_work):
    random, by = np.random.default_rng(seed), stream("g", minimum_group=1)
    made = leads(random, n)
    hidden = random.random(n) < share
    seen = table(made, pa.array(made["won"], mask=hidden & ~np.array(record_work)))
    if record_work:
        seen["worked"] = pa.array(~hidden)
    found = [b for b in bounds(cube(seen, by), by) if b.method == "worst_case"]
    for _ in range(3):
        completed = np.where(hidden, random.random(n) < random.random(), made["won"])
        values = known(made, completed, made["group"])
        for bound in found:
            inside(bound, values)


@given(st.integers(0, 10_000), st.integers(2, 12))
@settings(max_examples=25, deadline=None)
def test_the_bounds_on_outcome_metrics_are_reached(seed, n):
    """Sharp: some completion of at most six unseen outcomes gives each end."""
    random, by = np.random.default_rng(seed), stream("g", minimum_group=1)
    made = leads(random, n)
    hidden = np.zeros(n, dtype=bool)
    hidden[: min(n, 6)] = True
    seen = table(made, pa.array(made["won"], mask=hidden))
    found = [b for b in bounds(cube(seen, by), by) if b.method == "worst_case" and b.undefined is None]
    reached: dict[object, list[float]] = {}
    for code in range(2 ** int(hidden.sum())):
        won = made["won"].copy()
        won[hidden] = [bool(code >> i & 1) for i in range(int(hidden.sum()))]
        values = known(made, won, made["group"])
        for bound in found:
            own = values[(bound.group, bound.metric)]
            other = 0.0 if bound.reference is None else values[(bound.reference, bound.metric)]
            if own is not None and other is not None:
                reached.setdefault(bound, []).append(own - other)
    for bound, values in reached.items():
        assert min(values) == pytest.approx(bound.lower), bound
        assert max(values) == pytest.approx(bound.upper), bound


@given(st.integers(0, 10_000), st.integers(4, 60), st.floats(0, 0.9))
@settings(max_examples=60, deadline=None)
def test_no_assignment_of_unknown_groups_leaves_the_bounds(seed, n, share):
    random, by = np.random.default_rng(seed), stream("g", minimum_group=1)
    made = leads(random, n)
    hidden = random.random(n) < share
    seen = table(made, pa.array(made["won"]), np.where(hidden, "unknown", made["group"]))
    found = [b for b in bounds(cube(seen, by), by) if b.method == "worst_case"]
    assert all(bound.cause == "unknown_group" for bound in found)
    for _ in range(3):
        group = np.where(hidden & (random.random(n) < 0.8), random.choice(["a", "b", "c"], n), made["group"])
        group = np.where(hidden, group, made["group"])
        values = known(made, made["won"], group)
        for bound in found:
            inside(bound, values)


def test_the_bounds_on_a_mean_score_are_reached():
    by = stream("g", minimum_group=1, threshold=None, outcome=None)
    score = np.array([10.0, 20.0, 30.0, 0.0, 25.0, 90.0])
    names = np.array(["a", "a", "b", "unknown", "unknown", "unknown"])
    made = {"attribute:g": pa.array(names).dictionary_encode(), "score": score}
    found = {(b.group, b.reference): b for b in bounds(cube(made, by), by) if b.method == "worst_case"}
    assert found[(("a",), None)].lower == pytest.approx(10.0)
    assert found[(("a",), None)].upper == pytest.approx((10 + 20 + 90) / 3)
    assert found[(("b",), ("a",))].upper == pytest.approx((30 + 90) / 2 - 10.0)


@pytest.mark.parametrize("seed", range(24))
def test_every_bound_with_unknown_groups_is_reached(seed):
    """Sharp, gaps too: each unknown lead is given to a, to b, or to neither, in every way there is."""
    random, by = np.random.default_rng(seed), stream("g", minimum_group=1)
    n = int(random.integers(6, 12))
    made, unseen = leads(random, n), min(5, n - 2)
    made["group"][:2] = ["a", "b"]
    if seed % 2:
        made["score"] = np.where(made["group"] == "a", made["score"] / 2, 50 + made["score"] / 2)
    group = made["group"].copy()
    group[2 : 2 + unseen] = "unknown"
    seen = table(made, pa.array(made["won"]), group)
    reached = {b: [np.inf, -np.inf] for b in bounds(cube(seen, by), by) if b.method == "worst_case"}
    for joined in product("abz", repeat=unseen):
        group[2 : 2 + unseen] = joined
        values = known(made, made["won"], group)
        for bound, ends in reached.items():
            own = values[(bound.group, bound.metric)]
            other = 0.0 if bound.reference is None else values[(bound.reference, bound.metric)]
            if own is not None and other is not None:
                ends[:] = min(ends[0], own - other), max(ends[1], own - other)
    for bound, (low, high) in reached.items():
        if low > high:
            assert bound.undefined is not None
        else:
            assert bound.lower == pytest.approx(low, abs=1e-9), bound
            assert bound.upper == pytest.approx(high, abs=1e-9), bound


def test_nothing_unseen_has_no_bounds():
    made = leads(np.random.default_rng(1), 400)
    by = stream("g")
    assert bounds(cube(table(made, pa.array(made["won"])), by), by) == ()


def test_no_usable_outcome_at_all_has_no_bounds():
    made = leads(np.random.default_rng(1), 400)
    by = stream("g")
    none = table(made, pa.array([None] * 400, pa.bool_()))
    assert not [b for b in bounds(cube(none, by), by) if b.cause == "selective_labels"]


def test_unworked_leads_are_told_apart_from_young_ones():
    made = leads(np.random.default_rng(1), 2_000)
    young = np.random.default_rng(2).random(2_000) < 0.2
    by = stream("g")
    seen = table(made, pa.array(made["won"], mask=young)) | {"worked": pa.array(made["worked"])}
    (bound,) = [
        b
        for b in bounds(cube(seen, by), by)
        if b.group == ("a",) and b.metric == "base_rate" and b.method == "worst_case" and b.reference is None
    ]
    own = made["group"] == "a"
    assert bound.unworked == (~made["worked"] & own).sum()
    assert bound.missing - bound.unworked == (young & made["worked"] & own).sum()
    assert bound.n == (~young & made["worked"] & own).sum()


def test_where_no_lead_of_a_band_was_worked_missing_at_random_is_bounded_there():
    made = leads(np.random.default_rng(3), 4_000)
    worked = made["score"] >= 50
    by = stream("g", threshold=80.0)
    seen = table(made, pa.array(made["won"])) | {"worked": pa.array(worked)}
    (bound,) = [
        b
        for b in bounds(cube(seen, by), by)
        if b.group == ("a",)
        and b.metric == "base_rate"
        and b.method == "missing_at_random"
        and not b.reference
    ]
    own = made["group"] == "a"
    assert bound.unsupported == (~worked & own).sum()
    assert bound.lower == pytest.approx((made["won"] & worked & own).sum() / own.sum())
    assert bound.upper - bound.lower == pytest.approx((~worked & own).sum() / own.sum())


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_critical_value_runs_from_two_sided_to_one_sided(confidence):
    near, far = critical(np.array([0.0, 100.0]), np.ones(2), confidence)
    assert near == pytest.approx(quantile(confidence), abs=1e-9)
    assert far == pytest.approx(quantile(2 * confidence - 1), abs=1e-9)
    (middle,) = critical(np.array([1.0]), np.ones(1), confidence)
    assert far < middle < near


REPEATS = 80


@cache
def truths() -> dict[str, float]:
    whole = leads(np.random.default_rng(12345), 1_000_000)
    won, chosen = whole["won"], whole["score"] >= 50
    return {
        "base_rate": won.mean(),
        "true_positive_rate": chosen[won].mean(),
        "precision": won[chosen].mean(),
        "selection_rate": chosen.mean(),
        "mean_score": whole["score"].mean(),
    }


@cache
def repeated(hide) -> dict[str, np.ndarray]:
    """Bounds of group a missing at random, by metric: (lower, upper, low, high) of each repetition."""
    by = stream("g", minimum_group=1)
    rows: dict[str, list[tuple[float, ...]]] = {}
    for seed in range(REPEATS):
        random = np.random.default_rng(seed)
        made = leads(random, 600)
        seen, group = hide(made, random)
        for bound in bounds(cube(table(made, seen, group), by), by):
            if (bound.group, bound.reference, bound.method) == (("a",), None, "missing_at_random"):
                rows.setdefault(bound.metric, []).append((bound.lower, bound.upper, bound.low, bound.high))
    return {metric: np.array(of) for metric, of in rows.items()}


def fair(rows: np.ndarray, truth: float) -> None:
    middle = rows[:, :2].mean(axis=1)
    assert len(rows) == REPEATS
    assert middle.mean() == pytest.approx(truth, abs=4 * middle.std() / np.sqrt(len(rows)))
    assert 0.89 <= ((rows[:, 2] <= truth) & (truth <= rows[:, 3])).mean() <= 1.0


def unworked(made, _):
    return pa.array(made["won"], mask=~made["worked"]), made["group"]


def groups_hidden_by_score(made, random):
    hidden = random.random(len(made["score"])) < 0.1 + 0.5 * made["score"] / 100
    return pa.array(made["won"]), np.where(hidden, "unknown", made["group"])


@pytest.mark.parametrize("metric", ["base_rate", "true_positive_rate", "precision"])
def test_missing_at_random_is_unbiased_and_covers_where_only_the_score_decides_who_is_worked(metric):
    fair(repeated(unworked)[metric], truths()[metric])


@pytest.mark.parametrize("metric", ["selection_rate", "mean_score"])
def test_group_membership_missing_at_random_is_unbiased_and_covers(metric):
    fair(repeated(groups_hidden_by_score)[metric], truths()[metric])


def test_the_interval_of_a_region_covers_its_worst_end_as_often_as_it_says():
    """The truth sits on the lower end of the region: every unseen outcome is a no."""
    by, covered = stream("g", minimum_group=1), 0
    for seed in range(REPEATS):
        random = np.random.default_rng(seed)
        made = leads(random, 800)
        hidden = random.random(800) < 0.4
        made["won"] &= ~hidden
        seen = table(made, pa.array(made["won"], mask=hidden))
        (bound,) = [
            b
            for b in bounds(cube(seen, by), by)
            if (b.group, b.reference, b.metric, b.method) == (("a",), None, "base_rate", "worst_case")
        ]
        covered += bound.low <= 0.4 * 0.6 <= bound.high
    assert 0.885 <= covered / REPEATS <= 0.99
