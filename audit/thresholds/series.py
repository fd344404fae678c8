"""The rates of every group, and their gaps, at every threshold, with the intervals of the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.clustering.effect import moved
from audit.intervals import Interval, mover, wilson
from audit.thresholds.model import GroupCounts, Stretch, ThresholdCounts
from audit.thresholds.stretching import Piece, rate_of

Reads = Literal["not compared", "reference group", "not enough data", "outside tolerance", "within tolerance"]
"""How the range of a gap lies to the tolerance."""
ALONE, REFERENCE, OPEN, OUTSIDE, WITHIN = get_args(Reads)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """One metric of one attribute's groups: a row per threshold, a column per group, NaN where undefined.

    ``gap`` is a group's rate minus that of the reference group, with its own interval; all NaN where there
    is no reference. The intervals are those that the audit gives at that threshold.
    """

    metric: str
    hits: IntArray
    n: IntArray
    value: FloatArray
    low: FloatArray
    high: FloatArray
    gap: FloatArray
    gap_low: FloatArray
    gap_high: FloatArray


def series(counts: ThresholdCounts, groups: GroupCounts, metric: str) -> Series:
    """One of `audit.thresholds.MEASURED` over all thresholds."""
    piece = Piece(
        everybody=groups.funnel[:, 0],
        leads=groups.leads,
        positives=groups.positives,
        negatives=groups.negatives,
    )
    hits, n = rate_of(metric, piece, higher_is_better=counts.higher_is_better)
    stretch = next((one for one in groups.stretched if one.metric == metric), None)
    x, size = hits.astype(np.float64), n.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = x / size
        ends = wilson(x, size, counts.confidence)
        gap, gap_ends = _apart(value, ends, groups.reference, stretch)
        low, high = _alone(value, ends, size, stretch, counts.confidence)
    return Series(
        metric=metric,
        hits=hits,
        n=n,
        value=value,
        low=low,
        high=high,
        gap=gap,
        gap_low=gap_ends[0],
        gap_high=gap_ends[1],
    )


def reads(made: Series, groups: GroupCounts, tolerance: float, minimum: int) -> tuple[tuple[Reads, ...], ...]:
    """How the range of each gap lies to a tolerance: a row per threshold, a column per group.

    ``minimum`` is the least number of leads on either side. The ranges are not corrected for looking at many
    groups or thresholds, so this is no verdict. The page's script says the same (`thresholds.js`).
    """
    reference = groups.reference
    if reference is None:
        return tuple((ALONE,) * made.n.shape[1] for _ in made.n)
    steady = np.array(groups.steady or (True,) * made.n.shape[1])
    enough = (np.minimum(made.n, made.n[:, [reference]]) >= minimum) & steady & steady[reference]
    outside = (made.gap_low > tolerance) | (made.gap_high < -tolerance)
    inside = (made.gap_low >= -tolerance) & (made.gap_high <= tolerance)
    themselves = np.broadcast_to(np.arange(made.n.shape[1]) == reference, made.n.shape)
    cases = ((themselves, REFERENCE), (enough & outside, OUTSIDE), (enough & inside, WITHIN))
    found = np.select([case for case, _ in cases], [words for _, words in cases], OPEN)
    return tuple(map(tuple, found.tolist()))


def _alone(
    value: FloatArray, ends: Interval, n: FloatArray, stretch: Stretch | None, confidence: float
) -> Interval:
    """Wilson's interval, of the independent leads that these are worth (`audit.metrics.clustered`)."""
    if stretch is None:
        return ends
    worth = n / stretch.alone**2
    low, high = wilson(value * worth, worth, confidence)
    return np.fmin(low, ends[0]), np.fmax(high, ends[1])


def _apart(
    value: FloatArray, ends: Interval, reference: int | None, stretch: Stretch | None
) -> tuple[FloatArray, Interval]:
    """Newcombe's interval of the difference, moved apart where accounts ask for it."""
    if reference is None:
        nothing = np.full_like(value, np.nan)
        return nothing, (nothing, nothing)
    at = slice(reference, reference + 1)
    gap, low, high = value - value[:, at], *mover(value, ends, value[:, at], (ends[0][:, at], ends[1][:, at]))
    if stretch is not None:
        wide = moved((low, gap, high), stretch.apart)
        low = np.fmin(np.maximum(wide[0], -1.0), low)
        high = np.fmax(np.minimum(wide[1], 1.0), high)
    return gap, (low, high)
