"""Distances of two windows: against scipy on the same bins, by hand, and as laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, entropy, ks_2samp, wasserstein_distance

from audit.drift.distances import (
    chi_squared,
    hellinger,
    jensen_shannon,
    kolmogorov_smirnov,
    stability_index,
    wasserstein,
)

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
    assert stability_index(p, q) == pytest.approx(entropy(p + 0.5, q + 0.5) + entropy(q + 0.5, p + 0.5))
    assert wasserstein(p, q, places) == pytest.approx(wasserstein_distance(places, places, p, q), abs=1e-9)
    rows = [np.repeat(places, part.astype(int)) for part in (p, q)]
    assert kolmogorov_smirnov(p, q) == pytest.approx(ks_2samp(*rows, method="asymp").statistic)
    seen = p + q > 0
    if seen.sum() > 1:
        known = chi2_contingency(np.stack([p, q])[:, seen], correction=False)
        statistic, chance = chi_squared(p, q)
        assert statistic == pytest.approx(known.statistic)
        few = known.expected_freq.min() < 1 or np.mean(known.expected_freq < 5) > 0.2
        assert chance is None if few else chance == pytest.approx(known.pvalue)


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
    assert chi_squared(p, q) == (pytest.approx(100.0), pytest.approx(1.9e-22, rel=0.02))
    moved = 50 / 101.5 * np.log(50.5 / 0.5)
    assert stability_index(p, q) == pytest.approx(2 * moved)
    assert jensen_shannon(p[:2], q[[1, 0]]) == pytest.approx(jensen_shannon(p[:2], np.array([0.0, 1.0])))


def test_windows_that_share_nothing_are_as_far_as_can_be():
    p, q = np.array([9.0, 0.0]), np.array([0.0, 4.0])
    assert (hellinger(p, q), jensen_shannon(p, q), kolmogorov_smirnov(p, q)) == (1.0, 1.0, 1.0)
    assert np.isfinite(stability_index(p, q))


def test_too_few_leads_have_no_p_value_and_a_single_level_has_one_of_1():
    assert chi_squared(np.array([1.0, 2.0]), np.array([2.0, 1.0]))[1] is None
    assert chi_squared(np.array([7.0, 0.0]), np.array([3.0, 0.0])) == (0.0, 1.0)
