"""Whether leads that are alike are scored otherwise than before, or only other leads come.

Later leads are weighted until every column has the shares that it had before (raking; W. Deming, F. Stephan
(1940). Ann. Math. Stat. 11:427). What then is left of the score's move does not go with the mix of the
leads, as with a new version of the model; what goes with the mix is gone. The columns are weighted together,
each by itself: a move that hides in how two of them go together stays with the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.drift.limits import PSI
from audit.drift.model import Alike, Cause
from audit.drift.size import psi_less_chance

ROUNDS = 12
HEAVIEST = 20.0
"""No lead counts for more than so many."""
LEAST_LEADS = 30
DIGITS = 9
"""Weights are sums in the order of the rows, whose last digits say nothing."""
TOLD_BY_SCORE = 0.6
"""Columns of which the score tells more than this (Theil's U) are made of the score, such as a grade."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """What leads are: the bin of every lead in each column, with the bins of the score beside them."""

    columns: Sequence[tuple[IntArray, int]]
    score: IntArray
    bins: int
    weight: FloatArray

    def alike(self, before: BoolArray, after: BoolArray) -> Alike | None:
        """How far the score moved from ``before`` to ``after``, and how far among leads that are alike.

        None where no column tells what leads are, or no weight makes both sides alike.
        """
        if not self.columns or not before.any() or not after.any():
            return None
        factor = self._raked(before, after)
        leads = self.weight[after]
        alike = float((leads * factor).sum() ** 2 / (leads * factor**2).sum())
        then = self._bins(before, self.weight[before])
        if min(alike, then.sum()) < LEAST_LEADS:
            return None
        now = self._bins(after, leads)
        weighted = self._bins(after, leads * factor)
        return Alike(
            psi=round(psi_less_chance(then, now), DIGITS),
            left=round(psi_less_chance(then, weighted / weighted.sum() * alike), DIGITS),
            leads=round(alike),
        )

    def _bins(self, side: BoolArray, leads: FloatArray) -> FloatArray:
        return np.bincount(self.score[side], leads, self.bins).astype(np.float64)

    def _raked(self, before: BoolArray, after: BoolArray) -> FloatArray:
        """The factor of each later lead."""
        leads, factor = self.weight[after], np.ones(int(after.sum()))
        sides = [
            (np.bincount(codes[before], self.weight[before], size), codes[after], size)
            for codes, size in self.columns
        ]
        for _ in range(ROUNDS):
            for then, codes, size in sides:
                now = np.bincount(codes, leads * factor, size)
                both = (then > 0) & (now > 0)
                wanted = then / then[both].sum() * now[both].sum() if both.any() else now
                factor *= np.where(both, wanted / np.where(both, now, 1), 1.0)[codes]
            factor = np.minimum(factor, HEAVIEST * float(np.average(factor, weights=leads)))
        return factor


def cause_of(found: Alike | None) -> Cause:
    """What a change of the score goes with."""
    if found is None:
        return "unclear"
    return "model" if found.left >= PSI else "mix"


def told_by(codes: IntArray, size: int, score: IntArray, bins: int) -> float:
    """How much of a column the score tells, from 0 to 1 (Theil's U): a grade made of it is told wholly."""
    table = np.bincount(codes * bins + score, minlength=size * bins).reshape(size, bins).astype(np.float64)
    whole = _entropy(table.sum(axis=1))
    left = _entropy(table.ravel()) - _entropy(table.sum(axis=0))
    return (whole - left) / whole if whole > 0 else 0.0


def _entropy(counts: FloatArray) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())
