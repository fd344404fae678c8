"""The nearest tolerated rates: against a root finder, by hand, and as a law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import rel_entr

from audit.watch.projection import LEAST, nearest

RATE = st.sampled_from([0.005, 0.5, 0.995]) | st.floats(0.005, 0.995)
LEADS = st.sampled_from([1.0, 2.0, 7.0, 300.0, 1e5])
GAP = st.sampled_from([-0.99, -0.98, -0.05, 0.0, 0.01, 0.98, 0.99]) | st.floats(-0.99, 0.99)


def at(rates, n, low, high):
    pairs = [tuple(np.asarray([value]) for value in pair) for pair in (rates, n, (low, high))]
    return tuple(float(one[0]) for one in nearest(*pairs))


def far(rates, n, others):
    """Kullback-Leibler divergence of so many leads."""
    return sum(
        leads * float(rel_entr(a, b) + rel_entr(1 - a, 1 - b))
        for a, b, leads in zip(rates, others, n, strict=True)
    )


def slope(reference, gap, rates, n):
    group = reference + gap
    return n[0] * (group - rates[0]) / (group * (1 - group)) + n[1] * (reference - rates[1]) / (
        reference * (1 - reference)
    )


@given(rates=st.tuples(RATE, RATE), n=st.tuples(LEADS, LEADS), gap=GAP)
def test_the_cubic_is_the_root_that_a_root_finder_finds(rates, n, gap):
    low, high = max(0.0, -gap) + LEAST, min(1.0, 1.0 - gap) - LEAST
    ends = slope(low, gap, rates, n), slope(high, gap, rates, n)
    known = (
        low if ends[0] >= 0 else high if ends[1] <= 0 else brentq(slope, low, high, (gap, rates, n), 1e-15)
    )
    group, reference = at(rates, n, gap, gap)
    if rates[0] - rates[1] != gap:
        assert reference == pytest.approx(known, abs=2 * LEAST)
        assert group == pytest.approx(known + gap, abs=2 * LEAST)


@given(
    rates=st.tuples(RATE, RATE),
    n=st.tuples(LEADS, LEADS),
    band=st.tuples(GAP, GAP),
    other=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_no_tolerated_rates_are_nearer(rates, n, band, other):
    low, high = sorted(band)
    found = at(rates, n, low, high)
    assert low - 1e-8 <= found[0] - found[1] <= high + 1e-8
    assert all(0 < rate < 1 for rate in found)
    if low <= other[0] - other[1] <= high and all(LEAST < rate < 1 - LEAST for rate in other):
        assert far(rates, n, found) <= far(rates, n, other) * (1 + 1e-6) + 1e-6


def test_rates_within_the_band_stay():
    assert at((0.32, 0.3), (10, 90), -0.05, 0.05) == (0.32, 0.3)


def test_with_no_gap_tolerated_it_is_the_rate_of_all_leads():
    assert at((0.6, 0.2), (30, 10), 0.0, 0.0) == pytest.approx((0.5, 0.5))


def test_rates_that_mirror_each_other_meet_in_the_middle():
    assert at((0.7, 0.3), (20, 20), -0.1, 0.1) == pytest.approx((0.55, 0.45))
