"""What the score itself does, per group: its mean, and how well it ranks (AUC)."""

from __future__ import annotations

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.cube import Cube
from audit.grouping import Grouping
from audit.intervals import hoeffding_half_width, logit_interval, quantile, student, wilson
from audit.metrics.confusion import no_outcome, usable
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS
from audit.tally.columns import NO, SCORE, YES

ROUNDING = 1e-12


def mean_score(grouping: Grouping, scale: tuple[float, float], confidence: float) -> Measure:
    """Mean score of every group with Student's interval.

    Where all scores are the same, or there is only one, the spread is unknown: Hoeffding's bound
    over the score's range takes its place.
    """
    cells = scored(grouping)
    leads = grouping.count(cells)
    n = leads.astype(np.float64)
    total = grouping.sum(grouping.cube.score_sum, cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = total / n
        spread = _deviations(grouping, cells, value) / np.maximum(n - 1, 1)
        low, high = student(value, spread / n, np.maximum(n - 1, 1), confidence)
    half = hoeffding_half_width(n, scale[1] - scale[0], confidence)
    flat = spread == 0
    return Measure(
        metric="mean_score",
        value=value,
        low=np.where(flat, np.maximum(value - half, np.fmin(scale[0], value)), low),
        high=np.where(flat, np.minimum(value + half, np.fmax(scale[1], value)), high),
        n=leads,
        variance=np.where(flat, (half / quantile(confidence)) ** 2, spread / np.maximum(n, 1)),
        df=np.maximum(n - 1, 1),
        weakest=leads,
        undefined=reasons((leads == 0, METRICS["mean_score"].empty)),
    )


def _deviations(grouping: Grouping, cells: BoolArray, mean: FloatArray) -> FloatArray:
    """Sum of squared distances from the mean of the group, without subtracting two large numbers.

    Between cells by their own means; within a cell by its squares, unless what is left of them may be
    rounding alone.
    """
    cube = grouping.cube
    with np.errstate(invalid="ignore", divide="ignore"):
        own = cube.score_sum / cube.n
        within = cube.score_squares - cube.score_sum * own
        within = np.where(within > ROUNDING * cube.score_squares, within, 0.0)
        centre = mean[grouping.index]
        away = np.where(np.abs(own - centre) > ROUNDING * np.abs(centre), own - centre, 0.0)
    return grouping.sum(cube.n.astype(np.float64) * away**2 + within, cells)


def auc(grouping: Grouping, confidence: float, *, higher_is_better: bool) -> Measure:
    """Area under the ROC curve of every group by DeLong's method, exact on the score's levels.

    With a single positive or negative lead, or with perfect separation, DeLong's variance is
    missing or 0; Wilson's interval on the smaller of the two classes takes its place. The degrees
    of freedom are Satterthwaite's, as in Brunner and Munzel (2000), Biometrical Journal 42, 17-25.
    """
    value, parts, positives, negatives = _delong(grouping)
    variance = parts[0] + parts[1]
    value = value if higher_is_better else 1 - value
    smaller = np.minimum(positives, negatives).astype(np.float64)
    poor = (smaller < 2) | ~(variance > 0)
    cautious = wilson(value * smaller, smaller, confidence)
    low, high = logit_interval(value, variance, confidence)
    padded = (value * smaller + 1) / (smaller + 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        df = variance**2 / (parts[0] ** 2 / (positives - 1) + parts[1] ** 2 / (negatives - 1))
        variance = np.where(poor, padded * (1 - padded) / smaller, variance)
    undefined = reasons(
        (positives + negatives == 0, no_outcome(grouping)),
        (positives == 0, METRICS["true_positive_rate"].empty),
        (negatives == 0, METRICS["false_positive_rate"].empty),
    )
    return Measure(
        metric="auc",
        value=value,
        low=np.where(poor, cautious[0], low),
        high=np.where(poor, cautious[1], high),
        n=positives + negatives,
        variance=variance,
        df=np.where(poor, np.maximum(smaller - 1, 1), df),
        weakest=np.minimum(positives, negatives),
        undefined=undefined,
    )


Parts = tuple[FloatArray, FloatArray]


def _delong(grouping: Grouping) -> tuple[FloatArray, Parts, IntArray, IntArray]:
    """AUC, the two parts of its variance, positives and negatives, of every group."""
    group, positive, negative = by_score(grouping)
    size = len(grouping.groups)
    m, n = (sum_by(group, part, size) for part in (positive, negative))
    below = np.cumsum(negative) - negative - (np.cumsum(n) - n)[group]
    above = np.cumsum(m)[group] - np.cumsum(positive)
    with np.errstate(invalid="ignore", divide="ignore"):
        won = (below + negative / 2) / n[group]
        beaten = (above + positive / 2) / m[group]
        value = sum_by(group, np.where(positive > 0, positive * won, 0.0), size) / m
        parts = (
            _placement(group, value[group], (positive, won, m)),
            _placement(group, value[group], (negative, beaten, n)),
        )
    return value, parts, m.astype(np.int64), n.astype(np.int64)


def _placement(
    group: IntArray, value: FloatArray, leads: tuple[FloatArray, FloatArray, FloatArray]
) -> FloatArray:
    """One class's share of the variance, from its leads' weights, placements and group totals."""
    weight, placed, total = leads
    deviation = np.where(weight > 0, weight * (placed - value) ** 2, 0.0)
    return sum_by(group, deviation, len(total)) / (total - 1) / total


def by_score(grouping: Grouping) -> tuple[IntArray, FloatArray, FloatArray]:
    """Group, positives and negatives of every (group, score level) that occurs, ascending."""
    positive, negative = usable(grouping, YES), usable(grouping, NO)
    used = (positive | negative) & scored(grouping)
    column = grouping.cube.column(SCORE)[used]
    levels = grouping.cube.axis(SCORE).size
    key, cell = np.unique(grouping.index[used] * levels + column, return_inverse=True)
    n = grouping.cube.n.astype(np.float64)[used]
    a, b = (sum_by(cell, n * part[used], len(key)) for part in (positive, negative))
    return key // levels, a, b


def moments(cube: Cube) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Leads of each cell, and the first and second moments of their scores about the mean of all.

    About the mean, so that a small spread far from 0 is not lost to rounding.
    """
    n = cube.n.astype(np.float64)
    cells = cube.column(SCORE) <= len(cube.axis(SCORE).edges)
    centre = cube.score_sum[cells].sum() / max(n[cells].sum(), 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(n > 0, cube.score_sum / n, 0.0)
    within = cube.score_squares - cube.score_sum * own
    within = np.where(within > ROUNDING * cube.score_squares, within, 0.0)
    return n, n * (own - centre), n * (own - centre) ** 2 + within


def scored(grouping: Grouping) -> BoolArray:
    """Cells whose leads have a score."""
    return grouping.cube.column(SCORE) <= len(grouping.cube.axis(SCORE).edges)
