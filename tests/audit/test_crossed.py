"""Everything at once tells what one grouping after the other tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from audit.bootstrap import percentile_interval, replicates
from audit.crossed import METRICS, layout, rates, resampled_gaps, resampled_rates, threshold_rates
from audit.metrics.calibration import band_names
from audit.metrics.per_group import measured
from audit.score_scale import cube_scale
from tests.audit.tables import cube, random_leads, stream


@pytest.fixture(scope="module")
def counted():
    by = stream("g", "h")
    by = replace(by, audit=replace(by.audit, intersections=2))
    table = random_leads(3, 700)
    other = np.random.default_rng(4).choice(["x", "y", "unknown"], 700).tolist()
    return cube({**table, "attribute:h": other}, by), by


def test_rates_are_those_of_the_audit(counted):
    leads, by = counted
    laid, scale = layout(leads, 2), cube_scale(leads, by)
    told = rates(laid, scale, higher_is_better=by.higher_is_better)
    columns = (*METRICS, "mean_score", "auc", *band_names(scale))
    seen = 0
    for part, measures in measured(leads, by, None):
        for place, group in enumerate(part.groups if part.attributes else ()):
            row = next(
                i for i, one in enumerate(laid.groups)
                if one == group and laid.attributes[laid.part[i]] == part.attributes
            )  # fmt: skip
            for one in measures:
                if one.metric in columns:
                    value = told.every[row, columns.index(one.metric)]
                    assert value == pytest.approx(one.value[place], rel=1e-12, nan_ok=True), one.metric
                    seen += 1
    assert seen > 100


def test_gaps_are_the_widest_differences_of_known_groups(counted):
    leads, _ = counted
    laid = layout(leads, 2)
    told = rates(laid, (0.0, 1.0))
    known = np.array(laid.known)
    for number in range(len(laid.attributes)):
        rows = told.every[(laid.part == number) & known]
        with np.errstate(all="ignore"):
            widest = np.nanmax(rows[:, 0]) - np.nanmin(rows[:, 0])
        assert told.gap[number, 0] == pytest.approx(widest)


def test_a_threshold_decides_as_the_stream_does(counted):
    leads, by = counted
    laid = layout(leads, 2)
    at = threshold_rates(laid, np.array([by.threshold]), higher_is_better=by.higher_is_better)[0]
    np.testing.assert_allclose(at[:, 2:], rates(laid, (0.0, 1.0)).decided[:, 2:], rtol=1e-12)


def test_replicates_spread_as_those_of_the_bootstrap_do(counted):
    leads, _ = counted
    laid = layout(leads, 1)
    low, high = resampled_rates(laid, (0.0, 1.0), 600, 1, 0.95)
    drawn = replicates(leads, lambda one: rates(layout(one, 1), (0.0, 1.0)).decided[:, 0], 200, 2)
    other = percentile_interval(drawn, 0.95)
    groups = len(laid.groups)
    np.testing.assert_allclose((high - low)[:groups, 0], other[1] - other[0], rtol=0.3)
    few = resampled_gaps(laid, 600, 1, 0.95)
    np.testing.assert_allclose((few[1] - few[0])[:groups, 0], (high - low)[:groups, 0], rtol=0.25)


def test_the_same_seed_gives_the_same_ends(counted):
    laid = layout(counted[0], 2)
    one, other = (resampled_rates(laid, (0.0, 1.0), 50, 7, 0.9) for _ in range(2))
    np.testing.assert_array_equal(one, other)
