"""What decisions are worth, and how that changed, with intervals from the same held-out leads.

Every figure is a sum of ratios of sums over leads. Its interval is the delta method's, by how far each lead
(or account) moves the figure; a change is told by the differences of these moves, lead by lead, because both
decisions are about the same leads. That leads were scored by five models does not spoil it: for stable
learners the leads of all folds together give the interval [1]_.

References
----------
.. [1] P. Bayle, A. Bayle, L. Janson, L. Mackey (2020). Cross-validation confidence intervals for test error.
   NeurIPS 33.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray
from audit.estimate import Estimate
from audit.intervals import quantile
from audit.rows.clusters import by_account
from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.model import Change

FLOOR = 1.5
"""With nothing seen to move, the half-width is about 3 over n: the rule of three (Hanley 1983, JAMA 249)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figure:
    """A number, how far each lead moves it, the leads behind it, and the least variance it can have."""

    value: float
    moves: Reals
    n: int
    floor: float

    def size(self) -> Figure:
        """The number without its sign."""
        up = -1.0 if self.value < 0 else 1.0
        return Figure(value=up * self.value, moves=up * self.moves, n=self.n, floor=self.floor)


def ratio(top: Reals, bottom: Reals, account: Codes | None) -> Figure | None:
    """Sum over sum; None where the lower one is 0."""
    total = float(bottom.sum())
    if total <= 0:
        return None
    value = float(top.sum()) / total
    scale = float(np.abs(top).max(initial=0.0)) or 1.0
    counted = bottom > 0
    units = int(counted.sum()) if account is None else int(np.unique(account[counted]).size)
    return Figure(
        value=value,
        moves=(top - value * bottom) / total,
        n=int(counted.sum()),
        floor=(FLOOR * scale / (units + 2)) ** 2,
    )


def share(of: Reals, among: BoolArray, account: Codes | None) -> Figure | None:
    """The mean over some leads."""
    return ratio(np.where(among, of, 0.0), among.astype(np.float64), account)


def difference(one: Figure | None, other: Figure | None) -> Figure | None:
    """One minus the other."""
    if one is None or other is None:
        return None
    return Figure(
        value=one.value - other.value,
        moves=one.moves - other.moves,
        n=one.n,
        floor=one.floor + other.floor,
    )


def estimate(figure: Figure | None, account: Codes | None, confidence: float, missing: str) -> Estimate:
    """The figure with its interval; ``missing`` says why there is none."""
    if figure is None:
        return Estimate.missing(missing)
    half = quantile(confidence) * _error(figure, account)
    return Estimate(value=figure.value, low=figure.value - half, high=figure.value + half, n=figure.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """How sure an interval is alone, and how sure together with those of all other remedies."""

    alone: float
    together: float


def change(
    after: Figure | None, before: Figure | None, account: Codes | None, certainty: Certainty
) -> Change | None:
    """After minus before, lead by lead."""
    moved = difference(after, before)
    if moved is None or after is None or before is None:
        return None
    paired = Figure(value=moved.value, moves=moved.moves, n=moved.n, floor=max(after.floor, before.floor))
    error = _error(paired, account)
    half, sure = (quantile(one) * error for one in (certainty.alone, certainty.together))
    value = paired.value
    return Change(
        value=value, low=value - half, high=value + half, sure_low=value - sure, sure_high=value + sure
    )


def _error(figure: Figure, account: Codes | None) -> float:
    return float(np.sqrt((by_account(figure.moves, account) ** 2).sum() + figure.floor))
