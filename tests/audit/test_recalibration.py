"""Calibration slope and intercept against statsmodels on rows, their ideal values, edges and coverage."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm

from audit.cube import Cube
from audit.estimate import Estimate
from audit.grouping import groupings
from audit.metrics.measure import Measure
from audit.metrics.recalibration import recalibration
from tests.audit.tables import cube, found, random_leads, stream


def probable(seed: int, size: int, bend: tuple[float, float] = (0.0, 1.0)) -> dict[str, object]:
    """Leads with a score from 0 to 1; of group b the outcome follows a line of its logit."""
    random = np.random.default_rng(seed)
    group = random.random(size) < 0.5
    logit = random.normal(size=size) * 1.2 - 0.5
    true = np.where(group, bend[0] + bend[1] * logit, logit)
    return {
        "attribute:g": pa.array(np.where(group, "b", "a")),
        "score": 1 / (1 + np.exp(-logit)),
        "outcome": random.random(size) < 1 / (1 + np.exp(-true)),
    }


def expected(
    won: np.ndarray, logit: np.ndarray
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Slope, and intercept at a slope of 1, each with its interval, by statsmodels' GLM on rows."""
    slope = sm.GLM(won, sm.add_constant(logit), family=sm.families.Binomial()).fit(tol=1e-12)
    level = sm.GLM(won, np.ones(len(won)), offset=logit, family=sm.families.Binomial()).fit(tol=1e-12)
    return (slope.params[1], *slope.conf_int()[1]), (level.params[0], *level.conf_int()[0])


def triple(one: Estimate) -> tuple[float | None, float | None, float | None]:
    return one.value, one.low, one.high


def test_a_score_from_0_to_1_equals_statsmodels():
    leads = probable(1, 800, (0.4, 0.7))
    by = stream("g", threshold=0.5, score_range=(0.0, 1.0))
    ours = found(cube(leads, by), by)
    group, score, won = (np.asarray(leads[name]) for name in ("attribute:g", "score", "outcome"))
    for name in ("a", "b"):
        own = group == name
        slope, level = expected(won[own].astype(float), np.log(score[own] / (1 - score[own])))
        assert triple(ours[(name,), "calibration_slope"]) == pytest.approx(slope, abs=1e-6)
        assert triple(ours[(name,), "calibration_intercept"]) == pytest.approx(level, abs=1e-6)


@pytest.mark.parametrize("higher", [True, False])
def test_any_other_score_is_held_against_all_leads(higher):
    leads = random_leads(2, 900, groups=2)
    leads["score"] = np.asarray(leads["score"]) * (1 if higher else -1) * 7 + 1_000
    by = stream("g", higher_is_better=higher, threshold=1_000.0)
    ours = found(cube(leads, by), by)
    score, won = np.asarray(leads["score"]), np.asarray(leads["outcome"]).astype(float)
    whole = sm.GLM(won, sm.add_constant(score), family=sm.families.Binomial()).fit(tol=1e-12)
    logit = whole.params[0] + whole.params[1] * score
    assert ours[(), "calibration_slope"].value == pytest.approx(1.0)
    assert ours[(), "calibration_intercept"].value == pytest.approx(0.0, abs=1e-9)
    group = np.asarray([str(one) for one in leads["attribute:g"]])
    for name in ("g0", "g1"):
        slope, level = expected(won[group == name], logit[group == name])
        for metric, (value, low, high) in (("calibration_slope", slope), ("calibration_intercept", level)):
            one = ours[(name,), metric]
            assert one.value == pytest.approx(value, abs=1e-6)
            # The group has a part in the regression it is held against, so it errs less.
            assert low < one.low < one.value < one.high < high
    assert triple(ours[(), "calibration_slope"]) == pytest.approx((1.0, 1.0, 1.0))
    assert triple(ours[(), "calibration_intercept"]) == (0.0, 0.0, 0.0)


def test_against_all_leads_the_error_told_is_the_error_made():
    """A group of a third of all leads: the spread over draws is the one that the intervals tell."""
    drawn: dict[str, list[tuple[float, float]]] = {"calibration_slope": [], "calibration_intercept": []}
    by = stream("g", threshold=50.0, intersections=1)
    for seed in range(100):
        random = np.random.default_rng(seed)
        score = random.integers(0, 101, 900).astype(float)
        leads = {
            "attribute:g": pa.array(np.where(random.random(900) < 1 / 3, "b", "a")),
            "score": score,
            "outcome": random.random(900) < 1 / (1 + np.exp(2 - score / 25)),
        }
        ours = {one.metric: one for one in recalibrated(cube(leads, by))}
        for metric, kept in drawn.items():
            one = ours[metric]
            kept.append((one.value[1], one.high[1] - one.low[1]))
    for metric, kept in drawn.items():
        values, widths = np.array(kept).T
        assert widths.mean() / (3.92 * values.std()) == pytest.approx(1.0, abs=0.17), metric


def recalibrated(of: Cube) -> tuple[Measure, ...]:
    (part,) = (one for one in groupings(of, 1) if one.attributes)
    return recalibration(part, (0.0, 100.0), 0.95, higher_is_better=True)


def test_intervals_hold_the_truth():
    """Hundreds of groups are hundreds of repetitions."""
    leads = probable(7, 90_000)
    leads["attribute:g"] = pa.array([f"r{place // 300:03}" for place in range(90_000)])
    ours = found(cube(leads, by := stream("g", threshold=0.5, score_range=(0.0, 1.0))), by)
    for metric, truth in (("calibration_slope", 1.0), ("calibration_intercept", 0.0)):
        ones = [one for (group, name), one in ours.items() if group and name == metric]
        assert len(ones) == 300
        assert 0.92 <= np.mean([one.low <= truth <= one.high for one in ones]) <= 0.985


def leads_of(score: list[float], won: list[bool]) -> dict[str, object]:
    return {"attribute:g": pa.array(["a"] * len(score)), "score": np.array(score), "outcome": np.array(won)}


@pytest.mark.parametrize(
    ("leads", "slope", "level"),
    [
        (leads_of([0.1, 0.2, 0.8, 0.9] * 5, [False, False, True, True] * 5), "overlap", None),
        (leads_of([0.4] * 20, [True, False] * 10), "same score", None),
        (leads_of([0.1, 0.9] * 10, [True] * 20), "negative outcome", "negative outcome"),
        (leads_of([0.0, 1.0] * 10, [True, False, False, True] * 5), None, None),
    ],
)
def test_what_has_no_slope_says_why(leads, slope, level):
    by = stream("g", threshold=0.5, score_range=(0.0, 1.0))
    ours = found(cube(leads, by), by)
    for metric, reason in (("calibration_slope", slope), ("calibration_intercept", level)):
        one = ours[("a",), metric]
        assert (one.value is None) == (reason is not None)
        assert reason is None or reason in str(one.undefined)


def test_a_score_that_tells_nothing_has_no_promise_to_hold():
    random = np.random.default_rng(0)
    leads = {
        "attribute:g": pa.array(random.choice(["a", "b"], 400)),
        "score": random.integers(0, 100, 400).astype(float),
        "outcome": random.random(400) < 0.3,
    }
    one = found(cube(leads, stream("g")), stream("g"))[("a",), "calibration_slope"]
    assert one.value is None
    assert "tells nothing" in str(one.undefined)


def test_tenths_hold_a_tenth_each_and_ties_stay_together():
    leads = random_leads(5, 1_000, groups=2, levels=101)
    by = stream("g")
    ours = found(cube(leads, by), by)
    score, won = np.asarray(leads["score"]), np.asarray(leads["outcome"])
    above = np.array([(score > one).sum() + (score == one).sum() / 2 for one in score])
    tenth = np.minimum((above * 10 / len(score)).astype(int), 9)
    for place in range(10):
        one = ours[(), f"tenth_outcome_rate@{place + 1}"]
        assert one.n == (tenth == place).sum()
        assert one.value == pytest.approx(won[tenth == place].mean())
    assert sum(ours[(), f"tenth_outcome_rate@{place}"].n for place in range(1, 11)) == 1_000
