"""How far a mean can be moved by leads that may or may not belong to the group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Leads in cells: their number, and the sum and the sum of squares of their values."""

    n: FloatArray
    total: FloatArray
    squares: FloatArray

    def where(self, chosen: BoolArray) -> Cells:
        """Only these cells."""
        return Cells(n=self.n[chosen], total=self.total[chosen], squares=self.squares[chosen])

    def ascending(self) -> Cells:
        """Cells with leads, in the order of their mean value."""
        full = self.where(self.n > 0)
        order = np.argsort(full.total / full.n, kind="stable")
        return Cells(n=full.n[order], total=full.total[order], squares=full.squares[order])

    def negative(self) -> Cells:
        """The values with the other sign, in ascending order where these are."""
        return Cells(n=self.n[::-1], total=-self.total[::-1], squares=self.squares[::-1])

    def descending(self) -> Cells:
        """The same the other way round."""
        up = self.ascending()
        return Cells(n=up.n[::-1], total=up.total[::-1], squares=up.squares[::-1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extreme:
    """The most extreme mean, and the leads, their sum and squares that give it; NaN without leads."""

    value: float
    n: float
    total: float
    squares: float


def extreme(fixed: tuple[float, float, float], joining: Cells, *, highest: bool) -> Extreme:
    """Lowest (or highest) mean of the fixed leads together with any of those that may join.

    ``fixed`` is a number of leads, the sum and the sum of squares of their values. ``joining`` must
    be ascending for the lowest, descending for the highest mean: leads then join one value after
    the other, because swapping a joined lead for a lower one always lowers the mean. Sharp.
    """
    n, total, squares = (
        start + np.concatenate([[0.0], np.cumsum(part)])
        for start, part in zip(fixed, (joining.n, joining.total, joining.squares), strict=True)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(n > 0, total / n, np.nan)
    if np.isnan(means).all():
        return Extreme(value=float("nan"), n=0.0, total=0.0, squares=0.0)
    at = int(np.nanargmax(means) if highest else np.nanargmin(means))
    return Extreme(value=float(means[at]), n=float(n[at]), total=float(total[at]), squares=float(squares[at]))
