"""Worst cases of hidden counts, by trying every table; and noise of several organisations together."""

from __future__ import annotations

import numpy as np
import pytest

from audit.federation.added import Side, Sum
from audit.federation.pairs import equality_p, gap_interval, known_gap
from audit.federation.rates import Rates
from audit.federation.reach import _bounded, reach
from audit.intervals import koopman, mover, wilson
from audit.release.counted import _quantile

MOST = 9
TABLES = tuple(np.meshgrid(*[np.arange(MOST + 1.0)] * 4, indexing="ij"))


def test_koopmans_ends_rise_with_hits_and_fall_with_misses_in_every_table():
    hits, misses, other, rest = TABLES
    for end in koopman(hits, hits + misses, other, other + rest, 0.95):
        for axis, way in ((0, 1), (1, -1), (2, -1), (3, 1)):
            change = way * np.diff(end, axis=axis)
            seen = np.isfinite(change)
            assert seen.sum() > 5000
            assert (change[seen] >= -1e-6 * np.abs(np.take(end, range(MOST), axis=axis)[seen])).all()


def test_wilsons_ends_rise_with_hits_and_fall_with_misses_in_every_table():
    hits, misses = TABLES[0][:, :, 0, 0], TABLES[1][:, :, 0, 0]
    for end in wilson(hits, hits + misses, 0.95):
        for axis, way in ((0, 1), (1, -1)):
            change = way * np.diff(end, axis=axis)
            assert (change[np.isfinite(change)] >= -1e-12).all()


@pytest.mark.parametrize("kind", ["difference", "ratio"])
def test_the_interval_is_the_union_of_those_of_every_count_that_is_possible(kind):
    spans = ((3, 9), (20, 26), (10, 14), (15, 20))
    sums = [Sum(low=low, high=high) for low, high in spans]
    rates = Rates(sides=(Side(hits=sums[0], misses=sums[1]), Side(hits=sums[2], misses=sums[3])), k=10)
    low, high = gap_interval(rates, 1, kind, 0.05)
    least, most = known_gap(rates, 1, kind, 0.05)
    each = np.meshgrid(*[np.arange(a, b + 1.0) for a, b in spans], indexing="ij")
    hits, misses, other, rest = (one.ravel() for one in each)
    p, q = hits / (hits + misses), other / (other + rest)
    if kind == "difference":
        ends = mover(p, wilson(hits, hits + misses, 0.95), q, wilson(other, other + rest, 0.95))
        values = p - q
    else:
        ends, values = koopman(hits, hits + misses, other, other + rest, 0.95), p / q
    assert (low[0], high[0]) == (pytest.approx(ends[0].min()), pytest.approx(ends[1].max()))
    assert (least[0], most[0]) == (pytest.approx(values.min()), pytest.approx(values.max()))


def test_a_p_value_is_small_only_where_every_possible_table_differs():
    def sides(first: Sum) -> Rates:
        other = Side(hits=Sum(low=500, high=500), misses=Sum(low=500, high=500))
        return Rates(sides=(Side(hits=first, misses=Sum(low=900, high=900)), other), k=10)

    far, near = (equality_p(sides(Sum(low=100, high=high)), 1, 0.05)[0] for high in (140, 900))
    assert far < 1e-6
    assert near == 1.0


@pytest.mark.parametrize("terms", [1, 3, 9])
def test_the_reach_of_one_organisation_is_that_of_its_release(terms):
    for alpha in (0.2, 0.05, 0.001):
        assert reach(((4.0, terms),), alpha) == _quantile(4.0, terms, alpha)


def test_the_reach_of_several_is_that_of_their_summed_noise():
    rng = np.random.default_rng(3)
    noise = ((2.0, 3), (7.5, 2))
    drawn = np.zeros(200_000, dtype=np.int64)
    for scale, terms in noise:
        for _ in range(terms):
            chance = 1 - np.exp(-1 / scale)
            drawn += rng.geometric(chance, len(drawn)) - rng.geometric(chance, len(drawn))
    for alpha in (0.2, 0.05, 0.01):
        most, spare = reach(noise, alpha), 4 * np.sqrt(alpha / len(drawn))
        assert (np.abs(drawn) > most).mean() <= alpha + spare
        assert (np.abs(drawn) > most - 1).mean() > alpha - spare
        assert most <= _bounded(noise, alpha)


def test_very_much_noise_is_bounded_without_a_table_of_it():
    assert 20_000 < reach(((20_000.0, 9), (15_000.0, 9)), 0.05) < 1_000_000


def test_noise_of_one_scale_adds_up_and_of_two_stays_apart():
    one = Sum(low=1, high=2, noisy=5, noise=((2.0, 3), (4.0, 1)))
    other = Sum(low=10, high=10, noisy=-1, noise=((2.0, 2), (3.0, 1)))
    assert one + other == Sum(low=11, high=12, noisy=4, noise=((2.0, 5), (3.0, 1), (4.0, 1)))
    assert one + other == other + one
