"""The band and the evidence once more, in the plainest way: one bet, one day, one gap at a time."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from audit.watch import evidence_of, watch
from audit.watch.betting import gains
from audit.watch.ends import GRID, ends_of
from audit.watch.starting import spread
from tests.audit.watch.streams import counts, drawn

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


def test_the_lower_end_is_the_last_gap_that_is_excluded_with_all_below():
    """The upper end mirrors it, as another test says."""
    one = watch(DAYS, 0.05, 0.95)
    limit = 2 / (0.75 * 0.05)
    grid = [place / 100 for place in range(-99, 100)]
    excluded: set[float] = set()
    for days in range(1, 6):
        excluded |= {g for g in grid if stake(days, -1, g, [g + step for step in STEPS]) >= limit}
        lowest = next(before for before, g in pairwise([-1, *grid, 1]) if g not in excluded)
        assert one.looks[days - 1].low == lowest
    assert lowest > 0.05
    assert one.changed == ()


def test_the_second_band_has_three_quarters_of_the_error_that_is_left_and_only_later_days():
    days = drawn(7, 80, 200, (0.2, 0.5), (0.5, 0.2))
    found = ends_of(days, 0.95)
    assert len(found.starts) == 2
    start = found.starts[1]
    assert (found.low[start - 1], found.high[start - 1]) == (-1, 1)
    stakes = gains(days, (-np.ones_like(GRID), GRID), 1)
    won = logsumexp(spread(stakes[start:] - stakes[start - 1]), axis=2) - np.log(len(STEPS))
    excluded = np.maximum.accumulate(won, axis=0) >= np.log(2 / (0.25 * 0.75 * 0.05))
    lowest = [GRID[row.argmin() - 1] if row[0] else -1.0 for row in excluded]
    assert found.low[start:].tolist() == lowest
    assert lowest[-1] > 0.2
