"""How small a gap of two means can be made by leads that may belong to either side, or to neither."""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray
from audit.unseen.joining import Cells, extreme


def least_gap(fixed: FloatArray, joining: Cells) -> float:
    """Lowest difference of the first mean and the second; NaN where no assignment gives both a value.

    ``fixed`` holds the number and the sum of the leads of each side (rows); ``joining`` is ascending. The
    first side takes the lowest leads, the second the highest. Where both would take one, they meet: every
    joining lead is taken, those below a point by the first side (each mean falls, then rises, with the
    leads taken, so that neither would stop short of the other). Sharp.
    """
    low, high = _wanted(fixed[0], joining, highest=False), _wanted(fixed[1], joining, highest=True)
    leads = float(joining.n.sum())
    if low[1] + high[1] <= leads:
        return low[0] - high[0]
    taken = _meeting_points(fixed, joining)
    ends = np.concatenate([[0.0], np.cumsum(joining.n)])
    below = np.interp(taken, ends, np.concatenate([[0.0], np.cumsum(joining.total)]))
    (n, total), (other_n, other_total) = fixed
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (total + below) / (n + taken)
        other = (other_total + joining.total.sum() - below) / (other_n + leads - taken)
    gaps = (own - other)[np.isfinite(own) & np.isfinite(other)]
    return float(gaps.min(initial=np.inf)) if gaps.size else float("nan")


def _wanted(side: FloatArray, joining: Cells, *, highest: bool) -> tuple[float, float]:
    """The mean that a side reaches alone, and how many leads it takes for that."""
    ordered = joining.descending() if highest else joining
    found = extreme((float(side[0]), float(side[1]), 0.0), ordered, highest=highest)
    return found.value, found.n - float(side[0])


def _meeting_points(fixed: FloatArray, joining: Cells) -> FloatArray:
    """Numbers of leads taken by the first side among which the best is: round every cell's ends and turn.

    Within a cell all leads have one value, and the gap is convex in how many the first side takes.
    """
    (n, total), (other_n, other_total) = fixed
    ends = np.concatenate([[0.0], np.cumsum(joining.n)])
    first, last, leads, sums = ends[:-1], ends[1:], ends[-1], np.cumsum(joining.total)
    value = joining.total / joining.n
    # Sums of both sides if every lead of the cell, and of those on its side, had the cell's value.
    own = total + sums - joining.total - value * (n + first)
    other = other_total + sums[-1:] - sums - value * (other_n + leads - last)
    with np.errstate(invalid="ignore", divide="ignore"):
        times = np.sqrt(-other / own)
        turn = (other_n + leads - times * n) / (1 + times)
    turn = np.clip(np.where(np.isfinite(turn), turn, first), first, last)
    near = np.concatenate([ends - 1, ends, ends + 1, np.floor(turn), np.ceil(turn)])
    return np.unique(np.clip(near, 0.0, leads))
