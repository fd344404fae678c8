"""The two ends that a gap lies between at all days together, as long as it stays the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from audit.arrays import BoolArray, FloatArray
from audit.watch.betting import STEPS, gains
from audit.watch.days import Days
from audit.watch.starting import spread

GRID = np.round(np.linspace(-0.99, 0.99, 199), 2)
"""The gaps that are tried: a hundredth apart."""
PLACES = np.concatenate(([-1.0], GRID, [1.0]))
FIRST = 0.75
"""Which part of the allowed error the first band has; each later one has that part of what is left."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ends:
    """The ends after each day, and the places of the days with which a band began: 0, then after each change.

    On the day that shows a change the ends are -1 and 1: whether to begin anew may not depend on a day that
    is bet on, so the new band begins with the next one.
    """

    low: FloatArray
    high: FloatArray
    starts: tuple[int, ...]


def ends_of(days: Days, confidence: float) -> Ends:
    """The furthest gaps that are excluded with all beyond them, at each day; each side at half of the error.

    The true gap is cut off only if the test of the one tried gap next to it errs, so that trying many costs
    nothing. Where the ends would cross, no gap that stays the same is left: it has changed, and a new band
    begins. A gap that never changes is missed by any band, or said to have changed, with probability
    1 - ``confidence`` at most.
    """
    whole = np.ones_like(GRID)
    stakes = gains(days, (-whole, GRID), 1), gains(days, (GRID, whole), -1)
    low, high = np.full(len(days.n), -1.0), np.ones(len(days.n))
    starts, error = [0], FIRST * (1 - confidence)
    while starts[-1] < len(days.n):
        start = starts[-1]
        ends = _band(stakes, start, float(np.log(2 / error)))
        crossed = np.flatnonzero(ends[0] > ends[1])
        kept = int(crossed[0]) if crossed.size else len(days.n) - start
        low[start : start + kept], high[start : start + kept] = ends[0][:kept], ends[1][:kept]
        if not crossed.size:
            break
        starts.append(start + kept + 1)
        error *= 1 - FIRST
    return Ends(low=low, high=high, starts=tuple(starts))


def _band(stakes: tuple[FloatArray, FloatArray], start: int, limit: float) -> tuple[FloatArray, FloatArray]:
    """Both ends from the day ``start`` on, of bets that began then."""
    low, high = (_excluded(one[start:] - (one[start - 1] if start else 0.0), limit) for one in stakes)
    below = np.logical_and.accumulate(low, axis=1).sum(axis=1)
    above = np.logical_and.accumulate(high[:, ::-1], axis=1).sum(axis=1)
    return PLACES[below], PLACES[len(PLACES) - 1 - above]


def _excluded(stakes: FloatArray, limit: float) -> BoolArray:
    """Which gaps are excluded at each day or were before it."""
    whole = logsumexp(spread(stakes), axis=2) - np.log(len(STEPS))
    excluded: BoolArray = np.maximum.accumulate(whole, axis=0) >= limit
    return excluded
