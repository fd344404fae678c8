"""Distances of two windows: against scipy on the same bins, by hand, and as laws."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, entropy, ks_2samp, wasserstein_distance

from audit.drift import drift_of_two
from audit.drift.distances import (
    chi_squared,
    hellinger,
    jensen_shannon,
    kolmogorov_smirnov,
    stability_index,
    wasserstein,
)
from audit.schema import Stream
from audit.tally import count

STREAM = Stream(name="s", score="score", attributes=())
COUNTS = st.integers(2, 8).flatmap(
    lambda k: st.tuples(*[st.lists(st.integers(0, 60), min_size=k, max_size=k) for _ in range(2)])
)
ALL = (stability_index, jensen_shannon, hellinger, kolmogorov_smirnov)


def windows(pair):
    assume(all(sum(part) for part in pair))
    return tuple(np.asarray(part, dtype=float) for part in pair)


@given(pair=COUNTS)
def test_every_distance_is_that_of_scipy_on_the_same_bins(pair):
    p, q = windows(pair)
    places = np.cumsum(np.arange(len(p)) + 1.0)
    assert jensen_shannon(p, q) == pytest.approx(jensenshannon(p, q, base=2), abs=1e-7)
    one, other = (part[p + q > 0] + 0.5 for part in (p, q))
    assert stability_index(p, q) == pytest.approx(entropy(one, other) + entropy(other, one))
    assert wasserstein(p, q, places) == pytest.approx(wasserstein_distance(places, places, p, q), abs=1e-9)
    rows = [np.repeat(places, part.astype(int)) for part in (p, q)]
    assert kolmogorov_smirnov(p, q) == pytest.approx(ks_2samp(*rows, method="asymp").statistic)
    seen = p + q > 0
    if seen.sum() > 1:
        known = chi2_contingency(np.stack([p, q])[:, seen], correction=False)
        assert chi_squared(p, q) == (pytest.approx(known.statistic), known.dof)


@given(pair=COUNTS)
def test_distances_are_symmetric_never_negative_and_zero_of_equal_shares(pair):
    p, q = windows(pair)
    for distance in ALL:
        assert distance(p, q) == pytest.approx(distance(q, p))
        assert distance(p, q) >= 0
        assert distance(p, p) == pytest.approx(0, abs=1e-7)
    for distance in (jensen_shannon, hellinger, kolmogorov_smirnov):
        assert distance(p, q) <= 1
        assert distance(p, q) == pytest.approx(distance(p * 3, q * 7), abs=1e-7)


def test_by_hand():
    p, q = np.array([50.0, 50.0, 0.0]), np.array([50.0, 0.0, 50.0])
    assert hellinger(p, q) == pytest.approx(np.sqrt(0.5))
    assert jensen_shannon(p, q) == pytest.approx(np.sqrt(0.5))
    assert kolmogorov_smirnov(p, q) == pytest.approx(0.5)
    assert wasserstein(p, q, np.array([0.0, 1.0, 3.0])) == pytest.approx(1.0)
    assert chi_squared(p, q) == (pytest.approx(100.0), 2)
    moved = 50 / 101.5 * np.log(50.5 / 0.5)
    assert stability_index(p, q) == pytest.approx(2 * moved)
    assert jensen_shannon(p[:2], q[[1, 0]]) == pytest.approx(jensen_shannon(p[:2], np.array([0.0, 1.0])))


def test_windows_that_share_nothing_are_as_far_as_can_be():
    p, q = np.array([9.0, 0.0]), np.array([0.0, 4.0])
    assert (hellinger(p, q), jensen_shannon(p, q), kolmogorov_smirnov(p, q)) == (1.0, 1.0, 1.0)
    assert np.isfinite(stability_index(p, q))


def test_the_tenths_are_those_of_the_reference():
    before, after = cube(np.arange(100.0)), cube(np.repeat([5.0, 95.0], 50))
    (one,) = drift_of_two(before, after, STREAM).columns
    # Ten bins with half a lead more in each; no score is missing, so that there is no bin for it.
    tenth, half = np.full(10, 10.5) / 105, np.array([50.5, *[0.5] * 8, 50.5]) / 105
    assert one.psi == pytest.approx(((tenth - half) * np.log(tenth / half)).sum())
    assert one.hellinger == pytest.approx(np.sqrt(1 - 2 * np.sqrt(0.1 * 0.5)))
    assert {each.name for each in one.levels} >= {"below 10", "90 or more"}
    assert (one.levels[0].reference, one.levels[0].newest) == pytest.approx((0.1, 0.5))


def cube(score):
    table = pa.table({"score": pa.array(score, pa.float64())})
    return count(table, STREAM, edges=tuple(float(one) for one in range(101)))


def test_scores_that_went_missing_are_a_drift_but_no_distance_of_values():
    (one,) = drift_of_two(cube([40.0] * 500), cube([40.0] * 250 + [None] * 250), STREAM).columns
    assert (one.kolmogorov_smirnov, one.wasserstein) == (0, 0)
    assert one.missing.verdict == one.verdict == "fail"
    (lost,) = drift_of_two(cube([40.0] * 500), cube([None] * 9), STREAM).columns
    assert (lost.kolmogorov_smirnov, lost.wasserstein, lost.unseen.p_value) == (None, None, None)
