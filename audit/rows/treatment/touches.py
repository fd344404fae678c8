"""How much is done for each lead: mean counts, and their ratio at equal score (quasi-Poisson).

References
----------
R. Wedderburn (1974). Biometrika 61:439. S. Greenland, J. Robins (1985). Biometrics 41:55.
"""

from __future__ import annotations

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.disparity.pooled import Pooled
from audit.disparity.stratified import Strata
from audit.inference import normal_p
from audit.intervals import quantile, student
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS
from audit.rows.treatment.layout import Pair

FEWEST = 5.0


def mean_touches(group: IntArray, groups: int, values: FloatArray, confidence: float) -> Measure:
    """Mean number of touches of each group with Student's interval; NaN values take no part.

    The variance is at least what one more lead with one touch (or the mean, where that is more) would
    bring: that all counts seen are equal may be chance.
    """
    known = np.isfinite(values)
    n = np.bincount(group[known], minlength=groups).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sum_by(group[known], values[known], groups) / n
        squares = sum_by(group[known], (values[known] - mean[group[known]]) ** 2, groups)
        df = np.maximum(n - 1, 1)
        variance = np.maximum(squares / df / n, np.maximum(mean, 1) / n**2)
        low, high = student(mean, variance, df, confidence)
    return Measure(
        metric="mean_touches",
        value=mean,
        low=np.maximum(low, 0.0),
        high=high,
        n=n.astype(np.int64),
        variance=variance,
        df=df,
        weakest=n.astype(np.int64),
        undefined=reasons((n == 0, METRICS["mean_touches"].empty)),
    )


def touches_ratio(metric: str, strata: Strata, squares: Pair, confidence: float) -> Pooled:
    """Pooled ratio of means; ``squares`` are the sums of squared counts, hits those of the counts.

    The variance of a count is a multiple of its mean, one multiple for each group, from the spread within
    strata (1 where no stratum holds two leads). The test takes the mean of both sides in each stratum, as
    under equality.
    """
    n, m, t, u, total = strata.n, strata.other_n, strata.hits, strata.other_hits, strata.total
    own, other = _dispersion(strata, (n, t, squares.own)), _dispersion(strata, (m, u, squares.other))
    with np.errstate(invalid="ignore", divide="ignore"):
        up, down = strata.sum(t * m / total), strata.sum(u * n / total)
        value = np.where(down > 0, up / down, np.nan)
        variance = (
            own * strata.sum((m / total) ** 2 * t) / up**2
            + other * strata.sum((n / total) ** 2 * u) / down**2
        )
        equal = own * strata.sum((m / total) ** 2 * n * (t + u) / total)
        equal += other * strata.sum((n / total) ** 2 * m * (t + u) / total)
        half = quantile(confidence) * np.sqrt(variance)
        z = np.where(equal > 0, (up - down) / np.sqrt(equal), 0.0)
        ends = (value * np.exp(-half), value * np.exp(half))
    few = np.minimum(strata.sum(t), strata.sum(u)) < FEWEST
    return Pooled(
        metric=metric,
        kind="ratio",
        value=value,
        ends=ends,
        p=normal_p(z),
        variance=variance,
        n=strata.sum(n),
        other_n=strata.sum(m),
        weak=np.asarray(few, dtype=np.bool_),
    )


def _dispersion(strata: Strata, sums: tuple[FloatArray, FloatArray, FloatArray]) -> FloatArray:
    """Variance over mean within strata, of each group; at least what one more lead would bring."""
    n, total, squares = sums
    spread = np.maximum(squares - total**2 / n, 0.0)
    expected = strata.sum((n - 1) * total / n)
    leads = strata.sum(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(expected > 0, strata.sum(spread) / expected, 1.0)
        return np.asarray(np.maximum(found, 1 / np.maximum(leads, 1)), dtype=np.float64)


def usable(values: FloatArray) -> tuple[BoolArray, FloatArray]:
    """Rows with a count, and the counts, 0 where there is none."""
    known = np.isfinite(values)
    return np.asarray(known, dtype=np.bool_), np.where(known, values, 0.0)
