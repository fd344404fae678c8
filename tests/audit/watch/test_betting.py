"""The law that everything stands on: a day within the tolerance does not make a stake grow on average."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from audit.watch.betting import STEPS, gains
from audit.watch.starting import in_hand, spread
from tests.audit.watch.streams import counts, drawn

SMALL = st.tuples(st.integers(1, 5), st.integers(1, 5))
BEFORE = st.sampled_from([((0, 0), (9, 9)), ((9, 9), (9, 9)), ((2, 5), (8, 8)), ((0, 500), (500, 500))])
TOLERANCE = st.sampled_from([0.0, 0.05, 0.3, 0.97])
SIDE = st.sampled_from([-1, 1])


def band(low, high):
    return np.asarray([low]), np.asarray([high])


def factors(n, before, edges, side):
    """For every possible day after ``before``: what each alternative's stake is multiplied by.

    Its logarithm is linear in both counts (a test below), so three days tell all.
    """
    corners = [(0, 0), (n[0], 0), (0, n[1])]
    none, group, reference = (
        gains(counts([before[0], one], [before[1], n]), edges, side)[1, 0] for one in corners
    )
    outcomes = np.asarray(list(product(range(n[0] + 1), range(n[1] + 1))))
    share = outcomes / np.asarray(n)
    return outcomes, np.exp(none + share[:, :1] * (group - none) + share[:, 1:] * (reference - none))


def mean(n, outcomes, grown, rates):
    return binom.pmf(outcomes, n, rates).prod(axis=1) @ grown


@settings(max_examples=60)
@given(n=SMALL, before=BEFORE, tolerance=TOLERANCE, side=SIDE)
def test_within_the_tolerance_no_stake_grows_on_average_by_exact_enumeration(n, before, tolerance, side):
    outcomes, grown = factors(n, before, band(-tolerance, tolerance), side)
    for gap in (-tolerance, -tolerance / 2, 0.0, tolerance):
        for reference in np.linspace(max(0.0, -gap), min(1.0, 1.0 - gap), 15):
            assert mean(n, outcomes, grown, (reference + gap, reference)).max() <= 1 + 1e-9


@settings(max_examples=40)
@given(n=SMALL, before=BEFORE, edge=st.sampled_from([-0.99, -0.4, 0.0, 0.13, 0.99]), side=SIDE)
def test_nor_does_it_where_every_gap_below_or_above_is_tolerated(n, before, edge, side):
    outcomes, grown = factors(n, before, band(-1, edge) if side > 0 else band(edge, 1), side)
    for gap in np.linspace(-1, edge, 6) if side > 0 else np.linspace(edge, 1, 6):
        for reference in np.linspace(max(0.0, -gap), min(1.0, 1.0 - gap), 9):
            assert mean(n, outcomes, grown, (reference + gap, reference)).max() <= 1 + 1e-9


def test_leads_of_a_group_may_differ_as_long_as_their_mean_is_tolerated():
    outcomes, grown = factors((2, 2), ((3, 3), (9, 9)), band(0.0, 0.0), 1)
    for one, other in ((0.1, 0.9), (0.3, 0.6), (0.0, 1.0)):
        half = (one + other) / 2
        two = [(1 - one) * (1 - other), one + other - 2 * one * other, one * other]
        chance = np.asarray(two)[outcomes[:, 0]] * binom.pmf(outcomes[:, 1], 2, half)
        assert (chance @ grown).max() <= 1 + 1e-12


def test_a_gap_makes_the_stake_of_its_alternative_grow():
    outcomes, grown = factors((5, 5), ((4, 4), (9, 9)), band(-0.05, 0.05), 1)
    assert mean((5, 5), outcomes, grown, (0.7, 0.25)).max() > 1.05


def test_two_days_by_hand():
    """Nobody of 16 was selected before; the alternative lies around that guess, the null in its middle."""
    days = counts([[0, 0], [3, 1]], [[8, 8], [4, 4]])
    found = gains(days, band(0.0, 0.0), 1)
    assert not found[0].any()  # nothing is bet on the first day
    base = (0.5 * 0.98) / (1 * 0.98 + 16)
    step = STEPS[1]
    reference = max(0.005, base - step / 2)
    group = reference + step
    both = (group + reference) / 2
    by_hand = (
        3 * np.log(group / both)
        + np.log((1 - group) / (1 - both))
        + np.log(reference / both)
        + 3 * np.log((1 - reference) / (1 - both))
    )
    assert found[1, 0, 1] == pytest.approx(by_hand)


def test_a_bet_knows_only_earlier_days():
    days = drawn(1, 30, 9, (0.5, 0.3))
    whole = gains(days, band(-0.05, 0.05), 1)
    cut = gains(counts(days.happened[:12], days.n[:12]), band(-0.05, 0.05), 1)
    assert np.array_equal(whole[:12], cut)
    # Of the day itself a bet knows how many leads came, not what became of them: it is linear in that.
    hits = days.happened.copy()
    steps = []
    for more in ((0, 0), (1, 2), (2, 4)):
        hits[12] = more
        n = days.n.copy()
        n[12] = (5, 5)
        one = gains(counts(hits[:13], n[:13]), band(-0.05, 0.05), 1)
        steps.append(one[12] - one[11])
    assert steps[1] - steps[0] == pytest.approx(steps[2] - steps[1])


def test_days_of_one_group_say_nothing():
    days = drawn(2, 20, 9, (0.5, 0.3))
    alone = days.n.copy(), days.happened.copy()
    for part in alone:
        part[5::3, 0] = 0
    found = gains(counts(alone[1], alone[0]), band(0.0, 0.0), 1)
    assert np.array_equal(found[5::3], found[4::3][: len(found[5::3])])


@given(place=st.integers(1, 39), size=st.floats(0.5, 200))
def test_a_late_bet_keeps_what_is_in_hand_and_is_fixed_beforehand(place, size):
    stakes = np.zeros((40, 1))
    stakes[place:] = -size  # a loss, then a long win
    stakes[place + 5 :] += np.arange(1, len(stakes[place + 5 :]) + 1)[:, None]
    found = np.exp(spread(stakes))[:, 0]
    hand = in_hand(40)
    begun = -np.diff(hand, prepend=1.0)
    for day in range(1, 41):
        path = np.concatenate([[0.0], stakes[:, 0]])
        by_hand = hand[day] + sum(begun[s] * np.exp(path[day] - path[s]) for s in range(day + 1))
        assert found[day - 1] == pytest.approx(by_hand)
    assert (found >= hand[1:]).all()
    assert hand[0] + begun[0] == 1
    assert (begun > 0).all()
