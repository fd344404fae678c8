"""Rates and means of two sides pooled over strata, per group."""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray
from audit.disparity.pooled import Pooled
from audit.disparity.stratified import (
    Strata,
    risk_difference,
    risk_ratio,
)
from audit.disparity.stratified_exact import no_difference_p
from audit.inference import student_p
from audit.intervals import hoeffding_half_width, quantile, student
from audit.rows.treatment.layout import Pair

NO_RATIO = "one side has nothing to count where both have leads, so there is no ratio"
SMALLEST_SPREAD = 1e-9


def rates(metric: str, strata: Strata, confidence: float) -> tuple[Pooled, Pooled]:
    """Difference and ratio of rates pooled over strata: one hypothesis, Cochran, Mantel and Haenszel's."""
    n, other_n = strata.sum(strata.n), strata.sum(strata.other_n)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = no_difference_p(strata)
        value, ends, variance = risk_difference(strata, confidence)
        ratio, bounds = risk_ratio(strata, confidence)
        spread = (np.log(bounds[1] / bounds[0]) / (2 * quantile(confidence))) ** 2
    return (
        Pooled(
            metric=metric,
            kind="difference",
            value=value,
            ends=ends,
            p=p,
            variance=variance,
            n=n,
            other_n=other_n,
        ),
        Pooled(
            metric=metric,
            kind="ratio",
            value=ratio,
            ends=bounds,
            p=p,
            variance=spread,
            n=n,
            other_n=other_n,
        ),
    )


def means(metric: str, strata: Strata, squares: Pair, width: float, confidence: float) -> Pooled:
    """Difference of means pooled over strata; hits are sums of values between 0 and ``width``.

    The variance is that within each stratum, and within all strata of a side where one holds a single lead.
    Where nothing varies anywhere, Hoeffding's bound takes its place.
    """
    weight, n, m = strata.weight, strata.n, strata.other_n
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = strata.sum(weight)
        value = strata.sum(weight * (strata.hits / n - strata.other_hits / m)) / whole
        own = _variance(strata, (n, strata.hits, squares.own))
        other = _variance(strata, (m, strata.other_hits, squares.other))
        variance = strata.sum(weight**2 * (own / n + other / m)) / whole**2
        df = np.maximum(strata.sum(n - 1) + strata.sum(m - 1), 1)
        size = whole**2 / strata.sum(weight**2 * (1 / n + 1 / m))
        bound = (hoeffding_half_width(size, width, confidence) / quantile(confidence)) ** 2
        variance = np.where(variance > SMALLEST_SPREAD * width**2 / size, variance, bound)
        statistic = np.where(value == 0, 0.0, value / np.sqrt(variance))
    return Pooled(
        metric=metric,
        kind="difference",
        value=value,
        ends=student(value, variance, df, confidence),
        p=student_p(statistic, df),
        variance=variance,
        n=strata.sum(n),
        other_n=strata.sum(m),
        unit=width,
    )


def _variance(strata: Strata, sums: tuple[FloatArray, FloatArray, FloatArray]) -> FloatArray:
    """Variance of one lead's value in each stratum; that of all strata where one holds a single lead."""
    n, total, squares = sums
    spread = np.maximum(squares - total**2 / n, 0.0)
    pooled = strata.sum(spread) / np.maximum(strata.sum(n - 1), 1)
    return np.where(n > 1, spread / np.maximum(n - 1, 1), pooled[strata.group])
