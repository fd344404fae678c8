"""One metric of all groups of a grouping against their reference group: size, interval and test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.inference import student_p, two_proportion_p
from audit.intervals import Interval, koopman, mover, student, welch_df
from audit.metrics.measure import Measure
from audit.registry import metric
from audit.schema import Tolerance

Kind = Literal["difference", "ratio"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrast:
    """Comparisons of one metric, one entry per group of a grouping (the reference included).

    ``smallest`` is the n at which the weakest count behind the value reaches the minimum.
    ``enough`` tells where both sides are defined and have the minimum of leads. ``tolerance`` is
    the range of values without a disparity. ``spread`` is the variance that one lead contributes
    and ``noise`` the variance of the reference, both on the scale of the comparison (logarithmic
    for a ratio).
    """

    metric: str
    kind: Kind
    value: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    n: IntArray
    smallest: FloatArray
    undefined: tuple[str | None, ...]
    enough: BoolArray
    reference_enough: bool
    tolerance: tuple[float, float]
    spread: FloatArray
    noise: float


def contrasts(measure: Measure, reference: int, audit: Tolerance, width: float) -> Iterator[Contrast]:
    """Difference, and for rates of events the ratio, to the reference group.

    ``width`` is the width of the score's range: the tolerance of a difference in mean score is that
    share of it.
    """
    what = metric(measure.metric)
    if what.family is None or what.kind == "exposure":  # exposures depend on each other
        return
    with np.errstate(invalid="ignore", divide="ignore"):
        p = _p(measure, reference)
        yield _difference(measure, reference, audit, p, width if what.kind in {"mean", "quantile"} else 1.0)
        if what.has_ratio:
            yield _ratio(measure, reference, audit, p)


def _difference(measure: Measure, reference: int, audit: Tolerance, p: FloatArray, unit: float) -> Contrast:
    low, high = _difference_interval(measure, reference, audit.confidence)
    return Contrast(
        metric=measure.metric,
        kind="difference",
        value=measure.value - measure.value[reference],
        low=low,
        high=high,
        p=p,
        n=measure.n,
        smallest=_smallest(measure, audit),
        undefined=_undefined(measure, reference),
        enough=_enough(measure, reference, audit),
        reference_enough=bool(measure.weakest[reference] >= audit.minimum_group),
        tolerance=(-audit.tolerance_difference * unit, audit.tolerance_difference * unit),
        spread=measure.variance * measure.n,
        noise=float(measure.variance[reference]),
    )


def _difference_interval(measure: Measure, reference: int, confidence: float) -> Interval:
    value, kind = measure.value, metric(measure.metric).kind
    if kind == "quantile":
        return _quantile_interval(measure, reference)
    if kind != "mean":
        ends = (measure.low[reference], measure.high[reference])
        return mover(value, (measure.low, measure.high), value[reference], ends)
    variance = measure.variance + measure.variance[reference]
    return student(value - value[reference], variance, _df(measure, reference), confidence)


def _quantile_interval(measure: Measure, reference: int) -> Interval:
    """MOVER's interval, but the sum of the distances where one is 0.

    The scores are then so few that a quantile jumps from one to the next, and both groups may have jumped.
    """
    value, other = measure.value, measure.value[reference]
    down = (value - measure.low, measure.high[reference] - other)
    up = (measure.high - value, other - measure.low[reference])
    coarse = np.minimum.reduce([*np.broadcast_arrays(*down, *up)]) == 0
    low, high = (np.where(coarse, a + b, np.hypot(a, b)) for a, b in (down, up))
    return value - other - low, value - other + high


def _ratio(measure: Measure, reference: int, audit: Tolerance, p: FloatArray) -> Contrast:
    hits, n = _counts(measure)
    base = measure.value[reference]
    low, high = koopman(hits, n, hits[reference], n[reference], audit.confidence)
    zero = "the rate of the reference group is 0, so there is no ratio to it"
    undefined = tuple(reason or (zero if base == 0 else None) for reason in _undefined(measure, reference))
    padded = (hits + 2) / (n + 4)
    spread = (1 - padded) / padded
    return Contrast(
        metric=measure.metric,
        kind="ratio",
        value=measure.value / base,
        low=low,
        high=high,
        p=p,
        n=measure.n,
        smallest=_smallest(measure, audit),
        undefined=undefined,
        enough=_enough(measure, reference, audit) & bool(base > 0),
        reference_enough=bool(measure.weakest[reference] >= audit.minimum_group),
        tolerance=(audit.tolerance_ratio, 1 / audit.tolerance_ratio),
        spread=spread,
        noise=float(spread[reference] / max(n[reference], 1.0)),
    )


def _p(measure: Measure, reference: int) -> FloatArray:
    """Test of equality: exact or pooled z for rates, Welch's t for everything else."""
    n = measure.n.astype(np.float64)
    usable = measure.defined & measure.defined[reference]
    p = np.full(len(n), np.nan)
    if measure.hits is not None and usable.any():
        hits = np.rint(measure.hits).astype(np.float64)
        sides = (np.full(usable.sum(), part[reference]) for part in (hits, n))
        p[usable] = two_proportion_p(hits[usable], n[usable], *sides)
        return p
    variance = measure.variance + measure.variance[reference]
    difference = measure.value - measure.value[reference]
    statistic = np.where(difference == 0, 0.0, difference / np.sqrt(variance))
    return np.where(usable, student_p(statistic, _df(measure, reference)), np.nan)


def _df(measure: Measure, reference: int) -> FloatArray:
    variance, df = measure.variance, measure.df
    return welch_df(variance, df, variance[reference], df[reference])


def _counts(measure: Measure) -> tuple[FloatArray, FloatArray]:
    hits = np.zeros(len(measure.n)) if measure.hits is None else measure.hits.astype(np.float64)
    return hits, measure.n.astype(np.float64)


def _enough(measure: Measure, reference: int, audit: Tolerance) -> BoolArray:
    reached = measure.defined & (measure.weakest >= audit.minimum_group)
    return np.asarray(reached & reached[reference], dtype=np.bool_)


def _smallest(measure: Measure, audit: Tolerance) -> FloatArray:
    return audit.minimum_group * measure.n / np.maximum(measure.weakest, 1)


def _undefined(measure: Measure, reference: int) -> tuple[str | None, ...]:
    other = measure.undefined[reference]
    other = other and other.replace("this group", "the reference group")
    return tuple(reason or other for reason in measure.undefined)
