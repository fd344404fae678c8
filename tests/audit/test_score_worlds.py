"""Scores, groups and outcomes nobody has tried: every number lies in its interval or has a reason."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from audit.disparity.relative import relative_estimates
from audit.metrics import estimates
from audit.metrics.together import together
from audit.registry import metric
from audit.schema import Stream
from tests.audit.tables import cube, stream

FIXED = {
    "exposure": 1.0,
    "exposure_per_merit": 1.0,
    "calibration_slope": 1.0,
    "calibration_intercept": 0.0,
}
"""What a group that is all leads has by definition: one point, and no other."""
TIED = {"score_quantile", "mean_score"}


def score_of(random: np.random.Generator, n: int) -> np.ndarray:
    kinds = (
        lambda: random.random(n),
        lambda: random.integers(0, 101, n) * 1.0,
        lambda: random.normal(size=n) * 1e60,
        lambda: -random.random(n) * 1000,
        lambda: np.full(n, random.choice([0.0, 1.0, 50.0, -0.0, 1e60])),
        lambda: random.integers(0, 2, n) * 1.0,
        lambda: np.exp(random.normal(size=n) * 20),
        lambda: random.choice([0.0, 1e-300, 1.0, 1e60], n),
        lambda: 1e6 + random.random(n) * 1e-6,
        lambda: random.integers(0, 4, n) / 3,
    )
    return kinds[random.integers(0, len(kinds))]()


def case(seed: int) -> tuple[dict[str, object], Stream]:
    random = np.random.default_rng(seed)
    n, groups = int(random.choice([1, 2, 3, 5, 12, 40, 150])), int(random.integers(1, 6))
    score = score_of(random, n)
    names = np.array(["a", "b", "c", "d", None, "e"][: groups + 1])
    group = random.choice(names, n, p=random.dirichlet(np.full(groups + 1, 0.5)))
    outcomes = (
        random.random(n) < 0.4,
        score > np.median(score),
        np.ones(n, dtype=bool),
        np.zeros(n, dtype=bool),
        random.random(n) < 0.03,
    )
    won = outcomes[random.integers(0, len(outcomes))] ^ ((group == "a") & (random.random() < 0.2))
    leads = {
        "attribute:g": pa.array(group.tolist(), pa.string()),
        "score": pa.array(score),
        "outcome": pa.array(np.where(random.random(n) < 0.15, None, won).tolist(), pa.bool_()),
    }
    by = stream(
        "g",
        higher_is_better=bool(random.random() < 0.6),
        queue=random.choice([None, 1, 7, 1000]),
        threshold=float(random.choice(score)),
    )
    return leads, by


@pytest.mark.parametrize("first", range(0, 160, 20))
def test_every_number_lies_in_its_interval_or_has_a_reason(first):
    for seed in range(first, first + 20):
        leads, by = case(seed)
        of = cube(leads, by)
        for one in (*estimates(of, by, 0), *relative_estimates(of, by), *together(of, by)):
            made, name = one.estimate, metric(one.metric).id
            assert (made.value is None) == bool(made.undefined), (seed, one)
            if made.value is None or name == "count":
                continue
            assert np.isfinite([made.low, made.value, made.high]).all(), (seed, one)
            assert made.low <= made.value <= made.high, (seed, one)
            if made.low == made.high and name not in TIED:
                assert made.value == pytest.approx(FIXED[name], abs=1e-9), (seed, one)


@pytest.mark.parametrize("thirds", range(3, 60, 7))
def test_a_group_that_is_ranked_right_has_an_auc_of_exactly_1(thirds):
    """Sums of thirds come to a little more than 1, which has no logit."""
    won = np.arange(2 * thirds) % 2 == 0
    leads = {
        "attribute:g": pa.array((["a"] * 2 * thirds) + ["b"] * 3),
        "score": np.concatenate([won * 1.0, [0.0, 1.0, 1.0]]),
        "outcome": np.concatenate([won, [False, True, True]]),
    }
    by = stream("g", threshold=0.5)
    made = {(e.group, e.metric): e.estimate for e in estimates(cube(leads, by), by, 0)}
    for group in ((), ("a",), ("b",)):
        one = made[group, "pinned_auc"]
        assert one.value == 1.0
        assert one.low < one.high == 1.0


def test_equal_scores_of_1e60_promise_something_from_0_to_1():
    """Their mean is not among them: it rounds by 1e44."""
    leads = {
        "attribute:g": pa.array(["a"] * 3 + ["b"] * 7),
        "score": np.full(10, 0.96488113e60),
        "outcome": np.arange(10) % 2 == 0,
    }
    by = stream("g", threshold=0.0)
    made = {(e.group, e.metric): e.estimate for e in estimates(cube(leads, by), by, 0)}
    for group in ((), ("a",), ("b",)):
        assert 0 <= made[group, "brier"].low <= made[group, "brier"].value <= made[group, "brier"].high <= 1
        assert -1 <= made[group, "score_outcome_gap"].value <= 1
