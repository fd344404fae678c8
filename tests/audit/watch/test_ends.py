"""The band and the evidence once more, in the plainest way: one bet, one day, one gap at a time."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from audit.watch import evidence_of, watch
from tests.audit.watch.streams import counts

STEPS = (0.025, 0.05, 0.1, 0.2, 0.4)
DAYS = counts([[6, 2], [18, 9], [0, 1], [30, 14], [25, 8]], [[10, 12], [25, 30], [0, 4], [40, 44], [35, 30]])


def nearest(bet, n, low, high):
    """By minimising the divergence along the nearer edge of the band."""
    if low <= bet[0] - bet[1] <= high:
        return bet
    edge = min(max(bet[0] - bet[1], low), high)

    def far(reference):
        rates = (reference + edge, reference)
        return -sum(
            k * (q * math.log(r) + (1 - q) * math.log(1 - r)) for k, q, r in zip(n, bet, rates, strict=True)
        )

    bounds = (max(0.0, -edge) + 1e-9, min(1.0, 1 - edge) - 1e-9)
    found = minimize_scalar(far, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x
    return found + edge, found


@cache
def factor(day, low, high, gap):
    """What the stake on one alternative is multiplied by on a day."""
    hits, leads = 0.5, 1.0
    for happened, n in zip(DAYS.happened[:day], DAYS.n[:day], strict=True):
        hits, leads = hits * 0.98 + happened.sum(), leads * 0.98 + n.sum()
    (a, b), (n, m) = DAYS.happened[day], DAYS.n[day]
    if day == 0 or not min(n, m):
        return 1.0
    gap = min(max(gap, -0.99), 0.99)
    reference = hits / leads - n / (n + m) * gap
    reference = min(max(reference, 0.005 + max(0.0, -gap)), 0.995 - max(0.0, gap))
    bet = (reference + gap, reference)
    null = nearest(bet, (n, m), low, high)
    odds = [(bet[0] / null[0]) ** a, ((1 - bet[0]) / (1 - null[0])) ** (n - a)]
    odds += [(bet[1] / null[1]) ** b, ((1 - bet[1]) / (1 - null[1])) ** (m - b)]
    return math.prod(odds)


def stake(days, low, high, gaps):
    """The whole stake after so many days, spread over alternatives and over the day to begin on."""
    hand = [0.5 / (1 + math.log2(1 + day)) for day in range(days + 1)]
    begun = [0.5, *(before - after for before, after in pairwise(hand))]
    total = 0.0
    for gap in gaps:
        factors = [factor(day, low, high, gap) for day in range(days)]
        total += hand[days] + sum(begun[start] * math.prod(factors[start:]) for start in range(days + 1))
    return total / len(gaps)


def test_the_evidence_is_the_stake_of_all_bets():
    alternatives = [side * (0.05 + step) for side in (-1, 1) for step in STEPS]
    by_hand = [stake(days, -0.05, 0.05, alternatives) for days in range(1, 6)]
    assert np.exp(evidence_of(DAYS, 0.05)) == pytest.approx(by_hand, rel=1e-6)
    assert by_hand[-1] > 20


def test_the_ends_are_the_last_gaps_that_are_excluded_with_all_beyond():
    one = watch(DAYS, 0.05, 0.95)
    assert one.changed == ()
    limit = 2 / (0.75 * 0.05)
    grid = [place / 100 for place in range(-99, 100)]
    low, high = set(), set()
    for days in range(1, 6):
        low |= {g for g in grid if stake(days, -1, g, [g + step for step in STEPS]) >= limit}
        high |= {g for g in grid if stake(days, g, 1, [g - step for step in STEPS]) >= limit}
        lowest = next((before for before, g in zip([-1, *grid], grid, strict=False) if g not in low), 0.99)
        highest = next(
            (before for before, g in zip([1, *grid[::-1]], grid[::-1], strict=False) if g not in high), -0.99
        )
        look = one.looks[days - 1]
        assert (look.low, look.high) == (lowest, highest)
    assert (lowest, highest) != (-1, 1)
    assert lowest > 0.05
