"""How the score agrees with what came true, per group: Brier score, gap, and average precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray, sum_by
from audit.grouping import Grouping
from audit.intervals import Interval, hoeffding_half_width, logit_interval, quantile, student, wider, wilson
from audit.metrics.confusion import no_outcome, usable
from audit.metrics.measure import Measure, reasons
from audit.metrics.score_metrics import ROUNDING, by_score, scored
from audit.registry import METRICS
from audit.tally.columns import NO, YES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """The cells with a score and a usable outcome: group, leads, score on 0 to 1 (1 is best), outcome."""

    group: IntArray
    n: FloatArray
    promise: FloatArray
    outcome: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Bounded:
    """A value per cell that lies between bounds."""

    metric: str
    values: FloatArray
    least: float
    most: float = 1.0


def promises(
    grouping: Grouping, scale: tuple[float, float], confidence: float, *, higher_is_better: bool
) -> tuple[Measure, ...]:
    """Brier score and score-outcome gap: means over leads of what the score promises and what came true.

    The score is mapped linearly onto 0 to 1, as for the calibration error.
    """
    cells = _cells(grouping, scale, higher_is_better=higher_is_better)
    off = cells.promise - cells.outcome
    return (
        _mean(_Bounded(metric="brier", values=off**2, least=0.0), cells, grouping, confidence),
        _mean(_Bounded(metric="score_outcome_gap", values=off, least=-1.0), cells, grouping, confidence),
    )


def _cells(grouping: Grouping, scale: tuple[float, float], *, higher_is_better: bool) -> _Cells:
    won = usable(grouping, YES)
    used = (won | usable(grouping, NO)) & scored(grouping)
    cube = grouping.cube
    n = cube.n.astype(np.float64)[used]
    width = (scale[1] - scale[0]) or 1.0
    # Sums round: the mean of equal scores need not be among them, and of huge ones may lie far off.
    promise = np.clip((cube.score_sum[used] / n - scale[0]) / width, 0.0, 1.0)
    return _Cells(
        group=grouping.index[used],
        n=n,
        promise=promise if higher_is_better else 1 - promise,
        outcome=won[used].astype(np.float64),
    )


def _mean(what: _Bounded, cells: _Cells, grouping: Grouping, confidence: float) -> Measure:
    """Mean of a value per cell, its interval Student's on the logit scale between the bounds.

    Hoeffding's bound takes its place where the values do not vary.
    """
    values, least, most = what.values, what.least, what.most
    size = len(grouping.groups)
    n = sum_by(cells.group, cells.n, size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sum_by(cells.group, cells.n * values, size) / n
        away = np.where(np.abs(values - mean[cells.group]) > ROUNDING, values - mean[cells.group], 0.0)
        variance = sum_by(cells.group, cells.n * away**2, size) / np.maximum(n - 1, 1) / n
        low, high = _bounded(mean, variance, n, (least, most), confidence)
    flat = ~(variance > 0)
    half = hoeffding_half_width(n, most - least, confidence)
    return Measure(
        metric=what.metric,
        value=mean,
        low=np.maximum(np.where(flat, mean - half, low), least),
        high=np.minimum(np.where(flat, mean + half, high), most),
        n=n.astype(np.int64),
        variance=np.where(flat, (half / quantile(confidence)) ** 2, variance),
        df=np.maximum(n - 1, 1),
        weakest=n.astype(np.int64),
        undefined=reasons((n == 0, no_outcome(grouping))),
    )


def _bounded(
    mean: FloatArray, variance: FloatArray, n: FloatArray, bounds: tuple[float, float], confidence: float
) -> Interval:
    width = bounds[1] - bounds[0]
    share = (mean - bounds[0]) / width
    slope = 1 / (share * (1 - share) * width)
    low, high = student(np.log(share / (1 - share)), variance * slope**2, np.maximum(n - 1, 1), confidence)
    return bounds[0] + width / (1 + np.exp(-low)), bounds[0] + width / (1 + np.exp(-high))


def average_precision(grouping: Grouping, confidence: float, *, higher_is_better: bool) -> Measure:
    """Area under the precision-recall steps of every group, ties taken together, as scikit-learn has it.

    The variance comes from the influence of each lead: how much the value would move if there were
    more leads like it. The interval is on the logit scale; where the value has no such variance (all
    ranked right, or one positive), Wilson's on the positives takes its place.
    """
    group, positive, negative = by_score(grouping)
    size = len(grouping.groups)
    m, n = (sum_by(group, part, size) for part in (positive, negative))
    with np.errstate(invalid="ignore", divide="ignore"):
        value, variance = _precisions(group, (positive, negative), (m, n), higher_is_better=higher_is_better)
        # Running sums over all groups leave a rounding where a group has no spread at all.
        value = np.where(value > 1 - ROUNDING, 1.0, value)
        poor = (m < 2) | ~(variance > ROUNDING**2) | (value == 1)
        cautious = wilson(value * m, m, confidence)
        # Student's quantile: the variance is that of few positives, more often too small than too large.
        low, high = logit_interval(value, variance * wider(m - 1, confidence) ** 2, confidence)
        padded = (value * m + 1) / (m + 2)
        variance = np.where(poor, padded * (1 - padded) / m, variance)
    positives = m.astype(np.int64)
    return Measure(
        metric="average_precision",
        value=value,
        low=np.where(poor, cautious[0], low),
        high=np.where(poor, cautious[1], high),
        n=(m + n).astype(np.int64),
        variance=variance,
        df=np.maximum(m - 1, 1),
        weakest=positives,
        undefined=reasons((m + n == 0, no_outcome(grouping)), (m == 0, METRICS["true_positive_rate"].empty)),
    )


def _precisions(
    group: IntArray,
    leads: tuple[FloatArray, FloatArray],
    totals: tuple[FloatArray, FloatArray],
    *,
    higher_is_better: bool,
) -> tuple[FloatArray, FloatArray]:
    """Average precision of each group, and its variance, from leads by group and ascending score."""
    size = len(totals[0])
    up, down = (_at_or_above(group, part, size, higher=higher_is_better) for part in leads)
    positive, negative = leads
    m = totals[0][group]
    precision = up / (up + down)
    value = sum_by(group, positive * precision, size) / totals[0]
    # One more positive or negative moves the precision at its own score and at every worse one.
    moved = up + down
    gain = _at_or_below(group, positive * down / moved**2, size, higher=higher_is_better)
    loss = _at_or_below(group, positive * up / moved**2, size, higher=higher_is_better)
    for_positive = (precision - value[group] + gain) / m
    for_negative = -loss / m
    spread = positive * for_positive**2 + negative * for_negative**2
    return value, sum_by(group, spread, size)


def _at_or_above(group: IntArray, values: FloatArray, size: int, *, higher: bool) -> FloatArray:
    """Sum over the same group of the values at this score and at every better one."""
    total = np.cumsum(values)
    ends = np.cumsum(sum_by(group, values, size))
    before = (ends - sum_by(group, values, size))[group]
    return ends[group] - total + values if higher else total - before


def _at_or_below(group: IntArray, values: FloatArray, size: int, *, higher: bool) -> FloatArray:
    return _at_or_above(group, values, size, higher=not higher)
