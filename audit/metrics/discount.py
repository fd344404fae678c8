"""How much attention each place of a queue gets: 1 / log2(1 + place), as in discounted cumulative gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray


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
    sums: FloatArray

    def ideal(self, leads: IntArray) -> FloatArray:
        """Attention of the first so many places together."""
        return np.asarray(self.sums[leads], dtype=np.float64)

    def next(self, leads: IntArray) -> FloatArray:
        """Attention of the place after so many."""
        return np.asarray(self.sums[leads + 1] - self.sums[leads], dtype=np.float64)


def places(leads: FloatArray) -> Places:
    """Places of queues given as counts by level, the last axis being the levels, worst first.

    Leads of a level share its places: each gets their mean.
    """
    n = leads.astype(np.int64)
    ahead = n.sum(axis=-1, keepdims=True) - np.cumsum(n, axis=-1)
    longest = int(n.sum(axis=-1).max(initial=0)) + 1
    sums = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, longest + 2, dtype=np.float64)))])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, (sums[ahead + n] - sums[ahead]) / n, 0.0)
        after = sums[ahead + n + 1] - sums[ahead + n]
        before = sums[ahead + 1] - sums[ahead]
        worse = np.where(n > 0, (after - before) / n, 0.0)
        tied = np.where(n > 0, (after - mean) / (n + 1), 0.0)
    return Places(mean=mean, worse=worse, tied=tied, sums=sums)


def moved(weights: FloatArray, at: Places) -> FloatArray:
    """How the weighted sum of attention changes with one more lead at each level."""
    falls = weights * at.worse
    return np.asarray(np.cumsum(falls, axis=-1) - falls + weights * at.tied, dtype=np.float64)
