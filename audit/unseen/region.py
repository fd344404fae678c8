"""Identification regions and their confidence intervals.

A region is what the data say about a number that they do not determine: a lower and an upper end,
both estimated. The interval covers the number itself, wherever in the region it lies.

References
----------
C. Manski (1989). Journal of Human Resources 24:343 (worst-case bounds). G. Imbens, C. Manski (2004).
Econometrica 72:1845 (the interval). J. Stoye (2009). Econometrica 77:1299 (why it is uniform where the
ends cannot cross, as here). G. Zou, A. Donner (2008). Stat. Med. 27:1693 (gaps from single intervals).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np

from audit.arrays import FloatArray
from audit.intervals import Interval, hoeffding_half_width, quantile, wilson_at

_STEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class End:
    """One end of the region of every group; NaN where the metric has no value.

    ``variance`` is its squared standard error. Of a share, ``n`` is the number of leads that would
    give that variance; of a mean score it is unused.
    """

    value: FloatArray
    variance: FloatArray
    n: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """Both ends for every group. ``is_share``: the number lies between 0 and 1."""

    lower: End
    upper: End
    is_share: bool = True


def share_end(value: FloatArray, leads: FloatArray, variance: FloatArray | None = None) -> End:
    """The end of a share over ``leads``.

    The variance is at least that of a proportion with two hits and two misses added (Agresti and
    Coull 1998), because the plain one is 0 at 0 and 1.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        padded = (value * leads + 2) / (leads + 4)
        binomial = padded * (1 - padded) / leads
        spread = binomial if variance is None else np.maximum(variance, binomial)
        return End(value=value, variance=spread, n=padded * (1 - padded) / spread)


def mean_end(value: FloatArray, variance: FloatArray, leads: FloatArray, rule: tuple[float, float]) -> End:
    """The end of a mean score; ``rule`` is the width of the score's range and the confidence.

    Student's quantile is carried in the variance. Where the leads have no spread, it is as large as
    Hoeffding's bound allows.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - keeps scipy out of the start of the web process

    width, confidence = rule
    z = quantile(confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        wider = stdtrit(np.maximum(leads - 1, 1), (1 + confidence) / 2) / z
        floor = (hoeffding_half_width(leads, width or 1.0, confidence) / z) ** 2
        spread = np.where((variance > 0) & (leads > 1), variance * wider**2, floor)
    return End(value=value, variance=spread, n=leads)


def interval(region: Region, confidence: float) -> Interval:
    """Interval that holds the number of each group with this confidence."""
    lower, upper = region.lower, region.upper
    z = critical(upper.value - lower.value, np.sqrt(np.maximum(lower.variance, upper.variance)), confidence)
    return _reach(lower, z, region)[0], _reach(upper, z, region)[1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gap:
    """Group minus reference: the ends of the region and of its interval, per group."""

    lower: FloatArray
    upper: FloatArray
    low: FloatArray
    high: FloatArray


def gap(
    region: Region, reference: int, confidence: float, ends: tuple[FloatArray, FloatArray] | None = None
) -> Gap:
    """Difference to the reference group, whose leads are others: each side is at its worst alone.

    Where both cannot be at once, ``ends`` says how far the gap goes; its error is taken as if they could.
    """
    lower, upper = region.lower, region.upper
    down = lower.value - upper.value[reference]
    up = upper.value - lower.value[reference]
    if ends is not None:
        down, up = ends
    spread = np.maximum(
        lower.variance + upper.variance[reference], upper.variance + lower.variance[reference]
    )
    z = critical(up - down, np.sqrt(spread), confidence)
    own_low, other_high = _reach(lower, z, region)[0], _reach(_at(upper, reference, z), z, region)[1]
    own_high, other_low = _reach(upper, z, region)[1], _reach(_at(lower, reference, z), z, region)[0]
    return Gap(
        lower=down,
        upper=up,
        low=down - np.hypot(lower.value - own_low, other_high - upper.value[reference]),
        high=up + np.hypot(own_high - upper.value, lower.value[reference] - other_low),
    )


def critical(width: FloatArray, spread: FloatArray, confidence: float) -> FloatArray:
    """Imbens and Manski's quantile: two-sided where the ends are one point, one-sided where far apart.

    It solves ``Phi(c + width / spread) - Phi(-c) = confidence``, where ``spread`` is the larger
    standard error of the two ends.
    """
    from scipy.special import ndtr  # noqa: PLC0415 - keeps scipy out of the start of the web process

    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.where(spread > 0, np.maximum(width, 0) / spread, np.inf)
    near = max(quantile(2 * confidence - 1) if confidence > 0.5 else 0.0, 0.0)
    far = found = np.full(apart.shape, quantile(confidence))
    # Newton's method: the function rises and is concave, so that it closes in from below.
    for _ in range(_STEPS):
        short = confidence - (ndtr(found + apart) - ndtr(-found))
        slope = (np.exp(-(found**2) / 2) + np.exp(-((found + apart) ** 2) / 2)) / sqrt(2 * pi)
        found = np.clip(found + short / slope, near, far)
    return found


def _at(end: End, reference: int, like: FloatArray) -> End:
    return End(
        value=np.full(like.shape, end.value[reference]),
        variance=np.full(like.shape, end.variance[reference]),
        n=np.full(like.shape, end.n[reference]),
    )


def _reach(end: End, z: FloatArray, region: Region) -> Interval:
    if region.is_share:
        low, high = wilson_at(end.value * end.n, end.n, z)
        # Rounding may put the value beside its own interval.
        return np.minimum(low, end.value), np.maximum(high, end.value)
    half = z * np.sqrt(end.variance)
    return end.value - half, end.value + half
