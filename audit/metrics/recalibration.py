"""Calibration slope and intercept of each group: the outcome regressed on what the score promises.

A score from 0 to 1 promises itself as a probability, and its logit is the predictor. Any other score
promises what it came to over all leads: the predictor is the logit that a logistic regression on all
leads gives it. The intervals allow for that each group has a part in that regression, so that all leads
together have a slope of exactly 1. Either way a slope of 1 and an intercept of 0 say that the promise holds
for the group.

References
----------
D. Cox (1958). Biometrika 45:562. B. Van Calster et al. (2019). BMC Medicine 17:230: the intercept is
that at a slope of 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.grouping import Grouping
from audit.intervals import quantile
from audit.metrics.confusion import no_outcome, usable
from audit.metrics.measure import Measure, reasons
from audit.metrics.score_metrics import ROUNDING, scored
from audit.registry.sources import NO_NEGATIVE, NO_POSITIVE
from audit.tally.columns import NO, YES

CLIP = 1e-6
STEPS, LARGEST_STEP = 60, 4.0
STEEPEST = 30.0
SETTLED = 1e-9

FLAT = "all leads of this group with a known outcome have the same score"
SEPARATED = "the score separates the outcomes of this group without an overlap"
SILENT = "over all leads the score tells nothing of the outcome that a slope could be measured against"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Leads with score and usable outcome by cell: group, promise on the logit scale, yes and no."""

    group: IntArray
    promise: FloatArray
    n: FloatArray
    positive: FloatArray
    groups: int

    def sum(self, values: FloatArray) -> FloatArray:
        """Sum of a value per cell over each group."""
        return sum_by(self.group, values, self.groups)

    def together(self) -> _Cells:
        """The same leads as one group."""
        return _Cells(
            group=np.zeros_like(self.group), promise=self.promise, n=self.n, positive=self.positive, groups=1
        )

    def promising(self, promise: FloatArray) -> _Cells:
        """The same leads with another promise."""
        return _Cells(group=self.group, promise=promise, n=self.n, positive=self.positive, groups=self.groups)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """Intercept and slope of every group, their variances, and whether the fit settled.

    ``middle`` is the mean promise of each group, a lead weighing what it tells of the intercept.
    """

    intercept: FloatArray
    slope: FloatArray
    intercept_variance: FloatArray
    slope_variance: FloatArray
    middle: FloatArray
    settled: BoolArray


def recalibration(
    part: Grouping, scale: tuple[float, float], confidence: float, *, higher_is_better: bool
) -> tuple[Measure, ...]:
    """Calibration slope and calibration intercept of every group, with Wald intervals."""
    cells = _cells(part)
    if scale == (0.0, 1.0):
        share = np.clip(cells.promise if higher_is_better else 1 - cells.promise, CLIP, 1 - CLIP)
        cells, silent, everyone = cells.promising(np.log(share / (1 - share))), False, None
    else:
        cells, silent, everyone = _as_all_leads(cells)
    with np.errstate(all="ignore"):
        free, level = _fit(cells, with_slope=True), _fit(cells, with_slope=False)
        variances = _variances(free, level, everyone)
    positives, n = cells.sum(cells.positive), cells.sum(cells.n)
    causes = (
        (n == 0, no_outcome(part)),
        (positives == 0, NO_POSITIVE),
        (positives == n, NO_NEGATIVE),
        (np.full(cells.groups, silent), SILENT),
    )
    slope = reasons(*causes, (_spread(cells) <= ROUNDING, FLAT), (~free.settled, SEPARATED))
    intercept = reasons(*causes, (~level.settled, SEPARATED))
    counts = (n, np.minimum(positives, n - positives))
    return (
        _measure("calibration_slope", (free.slope, variances[0]), counts, slope, confidence),
        _measure(
            "calibration_intercept",
            (np.where(np.abs(level.intercept) > SETTLED, level.intercept, 0.0), variances[1]),
            counts,
            intercept,
            confidence,
        ),
    )


def _cells(part: Grouping) -> _Cells:
    won = usable(part, YES)
    used = (won | usable(part, NO)) & scored(part)
    n = part.cube.n.astype(np.float64)[used]
    return _Cells(
        group=part.index[used],
        promise=part.cube.score_sum[used] / n,
        n=n,
        positive=n * won[used],
        groups=len(part.groups),
    )


def _variances(free: _Fit, level: _Fit, everyone: _Fit | None) -> tuple[FloatArray, FloatArray]:
    """Squared standard errors of slope and intercept, given the regression of all leads if it is the promise.

    The covariance of an efficient estimate with another is its own variance (Hausman 1978, Econometrica
    46:1251): what a group has in common with all leads counts for less, and all leads have no error.
    """
    if everyone is None:
        return free.slope_variance, level.intercept_variance
    shared = everyone.slope_variance
    slope = free.slope_variance + (free.slope**2 - 2 * free.slope) * shared
    # Of the line of all leads at the middle of the group.
    line = everyone.intercept_variance + (level.middle - everyone.middle) ** 2 * shared
    return np.maximum(slope, 0.0), np.maximum(level.intercept_variance - line, 0.0)


def _as_all_leads(cells: _Cells) -> tuple[_Cells, bool, _Fit]:
    """The promise that a logistic regression over all leads makes, whether it makes none, and its fit.

    The fit is told on the scale of the promise, where its line has intercept 0 and slope 1.
    """
    everyone = cells.together()
    with np.errstate(all="ignore"):
        centre = everyone.sum(cells.n * cells.promise) / everyone.sum(cells.n)
        spread = np.sqrt(_spread(everyone))
        standard = everyone.promising((cells.promise - centre) / np.where(spread > 0, spread, 1.0))
        fit = _fit(standard, with_slope=True)
        surely = np.abs(fit.slope) > quantile(0.95) * np.sqrt(fit.slope_variance)
    silent = not bool((fit.settled & surely & (spread > 0))[0])
    steep = fit.slope
    promised = replace(
        fit,
        intercept=np.zeros(1),
        slope=np.ones(1),
        slope_variance=fit.slope_variance / steep**2,
        middle=fit.intercept + steep * fit.middle,
    )
    return cells.promising(fit.intercept[0] + steep[0] * standard.promise), silent, promised


def _spread(cells: _Cells) -> FloatArray:
    """Variance of the promise within each group, on its own scale."""
    with np.errstate(all="ignore"):
        mean = cells.sum(cells.n * cells.promise) / cells.sum(cells.n)
        away = np.where(
            np.abs(cells.promise - mean[cells.group]) > ROUNDING * np.abs(mean[cells.group]),
            cells.promise - mean[cells.group],
            0.0,
        )
        return np.nan_to_num(cells.sum(cells.n * away**2) / cells.sum(cells.n))


def _fit(cells: _Cells, *, with_slope: bool) -> _Fit:
    """Newton's method on the logistic likelihood of all groups; a slope that is not fitted is 1."""
    centre = cells.sum(cells.n * cells.promise) / cells.sum(cells.n)
    x = cells.promise - centre[cells.group]
    rate = cells.sum(cells.positive) / cells.sum(cells.n)
    a = np.log(rate / (1 - rate))
    b = np.zeros(cells.groups) if with_slope else np.ones(cells.groups)
    step = np.full(cells.groups, np.inf)
    for _ in range(STEPS):
        gradient, information = _score(cells, x, (a, b))
        da, db = _newton(gradient, information, with_slope=with_slope)
        a, b = a + _short(da), b + _short(db)
        step = np.maximum(np.abs(da), np.abs(db))
        if not (step > SETTLED).any():
            break
    _, (saa, sab, sbb) = _score(cells, x, (a, b))
    determinant = saa * sbb - sab**2
    settled = (step <= 1e-6) & (np.abs(b) < STEEPEST * np.sqrt(1 / np.maximum(_spread(cells), 1e-300)))
    return _Fit(
        intercept=a - b * centre,
        slope=b,
        intercept_variance=1 / saa,
        slope_variance=saa / determinant,
        middle=centre + sab / saa,
        settled=settled & (saa > 0),
    )


def _short(step: FloatArray) -> FloatArray:
    return np.nan_to_num(np.clip(step, -LARGEST_STEP, LARGEST_STEP))


Triple = tuple[FloatArray, FloatArray, FloatArray]


def _score(
    cells: _Cells, x: FloatArray, line: tuple[FloatArray, FloatArray]
) -> tuple[tuple[FloatArray, FloatArray], Triple]:
    """Gradient and information of the likelihood of every group."""
    at = line[0][cells.group] + line[1][cells.group] * x
    p = 1 / (1 + np.exp(-at))
    off, weight = cells.positive - cells.n * p, cells.n * p * (1 - p)
    gradient = cells.sum(off), cells.sum(off * x)
    return gradient, (cells.sum(weight), cells.sum(weight * x), cells.sum(weight * x**2))


def _newton(
    gradient: tuple[FloatArray, FloatArray], information: Triple, *, with_slope: bool
) -> tuple[FloatArray, FloatArray]:
    (ga, gb), (saa, sab, sbb) = gradient, information
    if not with_slope:
        return ga / saa, np.zeros_like(ga)
    determinant = saa * sbb - sab**2
    return (sbb * ga - sab * gb) / determinant, (saa * gb - sab * ga) / determinant


def _measure(
    metric: str,
    found: tuple[FloatArray, FloatArray],
    counts: tuple[FloatArray, FloatArray],
    undefined: tuple[str | None, ...],
    confidence: float,
) -> Measure:
    known = np.array([reason is None for reason in undefined], dtype=np.bool_)
    value, variance = (np.where(known, part, np.nan) for part in found)
    half = quantile(confidence) * np.sqrt(variance)
    return Measure(
        metric=metric,
        value=value,
        low=value - half,
        high=value + half,
        n=counts[0].astype(np.int64),
        variance=variance,
        df=np.full(len(value), np.inf),
        weakest=counts[1].astype(np.int64),
        undefined=undefined,
    )
