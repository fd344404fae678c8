"""How much attention each place of a queue gets: 1 / log2(1 + place), as in discounted cumulative gain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from audit.arrays import FloatArray, IntArray

TABLED = 2**20
"""Places whose attention is summed one by one; further down a closed form takes over, so that a queue of a
milliard leads costs no more than its levels."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Mean attention of each level of a queue, and how one more lead would move it.

    ``worse`` is the change of a level's mean when one more lead stands above it, ``tied`` when it
    stands in the level. All have the shape of the counts they are made from; a level without leads
    has 0 everywhere.
    """

    mean: FloatArray
    worse: FloatArray
    tied: FloatArray

    def ideal(self, leads: IntArray) -> FloatArray:
        """Attention of the first so many places together."""
        return attention(leads)

    def next(self, leads: IntArray) -> FloatArray:
        """Attention of the place after so many."""
        return _of_place(leads + 1)


def places(leads: FloatArray) -> Places:
    """Places of queues given as counts by level, the last axis being the levels, worst first.

    Leads of a level share its places: each gets their mean.
    """
    n = leads.astype(np.int64)
    ahead = n.sum(axis=-1, keepdims=True) - np.cumsum(n, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, (attention(ahead + n) - attention(ahead)) / n, 0.0)
        after, before = _of_place(ahead + n + 1), _of_place(ahead + 1)
        worse = np.where(n > 0, (after - before) / n, 0.0)
        tied = np.where(n > 0, (after - mean) / (n + 1), 0.0)
    return Places(mean=mean, worse=worse, tied=tied)


def attention(leads: IntArray) -> FloatArray:
    """Attention of the first so many places together.

    Beyond the table by Euler and Maclaurin's formula, whose next term is below 1e-17 there.
    """
    last = np.asarray(leads, dtype=np.int64)
    found = _table()[np.minimum(last, TABLED)]
    far = last > TABLED
    if far.any():
        found[far] += _sum_between(TABLED + 1.0, last[far].astype(np.float64) + 1.0)
    return found


def _of_place(place: IntArray) -> FloatArray:
    return np.asarray(1 / np.log2(1.0 + place), dtype=np.float64)


@cache
def _table() -> FloatArray:
    """Sums of 1 / log2(1 + place) over the first 0, 1, 2 ... places."""
    sums = np.concatenate([[0.0], np.cumsum(_of_place(np.arange(1, TABLED + 1)))])
    sums.setflags(write=False)
    return sums


def _sum_between(after: float, last: FloatArray) -> FloatArray:
    """Sum of 1 / log2(j) over whole numbers above ``after``, up to ``last``."""
    from scipy.special import expi  # noqa: PLC0415 - keeps scipy out of the start of the web process

    def ends(x: FloatArray | float) -> FloatArray:
        log = np.log(x)
        return np.asarray(expi(log) + 1 / (2 * log) - 1 / (12 * x * log**2))

    return np.asarray(np.log(2) * (ends(last) - ends(after)), dtype=np.float64)


def moved(weights: FloatArray, at: Places) -> FloatArray:
    """How the weighted sum of attention changes with one more lead at each level."""
    falls = weights * at.worse
    return np.asarray(np.cumsum(falls, axis=-1) - falls + weights * at.tied, dtype=np.float64)
