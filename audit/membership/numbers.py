"""One number of a probable group, or the gap of two such groups, with interval and bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray, sum_by
from audit.clustering.effect import FEWEST_EFFECTIVE
from audit.intervals import hoeffding_half_width, quantile, wider, wilson
from audit.membership.weights import Weighted, effective, sharp_ends, weighted_mean
from audit.unseen.region import critical


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Share:
    """One metric of one group: the weighted mean, its bounds, and the leads behind it.

    ``effective`` counts independent leads, or accounts where the stream names them (``clustered``).
    """

    name: str
    mean: Weighted | None
    ends: tuple[Weighted, Weighted] | None
    leads: float
    effective: float
    width: float
    is_share: bool
    clustered: bool
    undefined: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Value and interval; bounds and their interval; all None where ``undefined`` says why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    lower: float | None = None
    upper: float | None = None
    bound_low: float | None = None
    bound_high: float | None = None
    undefined: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """The value of each lead, whether it is 0 or 1, and the code of its account (None: none is named)."""

    values: FloatArray
    is_share: bool
    account: IntArray | None


def share_of(name: str, of: Column, weight: FloatArray, minimum: int) -> Share:
    """The metric of a group; undefined where fewer leads than ``minimum`` are expected in it."""
    leads, undefined = float(weight.sum()), _too_few(weight, of.account, minimum)
    values, enough = of.values, undefined is None
    real = _independent(weight, of.account)
    return Share(
        name=name,
        mean=weighted_mean(values, weight, of.account) if enough else None,
        ends=sharp_ends(values, weight, of.account) if enough else None,
        leads=leads,
        effective=real,
        width=1.0 if of.is_share or not values.size else float(np.ptp(values)),
        is_share=of.is_share,
        clustered=of.account is not None,
        undefined=undefined,
    )


def _too_few(weight: FloatArray, account: IntArray | None, minimum: int) -> str | None:
    if min(float(weight.sum()), effective(weight)) < max(minimum, 2):
        return f"fewer than {max(minimum, 2):,} leads of this group are expected"
    if account is not None and _independent(weight, account) < FEWEST_EFFECTIVE:
        return "too few accounts stand behind the leads of this group"
    return None


def _independent(weight: FloatArray, account: IntArray | None) -> float:
    if account is None:
        return effective(weight)
    return effective(sum_by(account, weight, int(account.max(initial=-1)) + 1))


def between(one: Share, other: Share | None, confidence: float) -> Numbers:
    """The group's numbers, or those of the gap (group minus reference) where there is a reference.

    The same leads weigh in both groups, so the error of a gap comes from the difference of what each
    lead contributes to the one and to the other.
    """
    undefined = one.undefined
    if undefined is None and other is not None and other.undefined is not None:
        undefined = other.undefined.replace("this group", "the reference group")
    if undefined is not None or one.mean is None:
        return Numbers(undefined=undefined)
    mean = one.mean if other is None else _minus(one.mean, other.mean)
    low, high = _interval(mean, one, other, confidence)
    if one.ends is None:
        return Numbers(value=mean.value, low=low, high=high)
    ends = one.ends
    if other is not None and other.ends is not None:
        ends = _minus(one.ends[0], other.ends[1]), _minus(one.ends[1], other.ends[0])
    bound_low, bound_high = _around(ends, confidence, _stretch(one, other, confidence))
    least, most = _room(one, other)
    return Numbers(
        value=mean.value,
        low=low,
        high=high,
        lower=ends[0].value,
        upper=ends[1].value,
        bound_low=max(min(bound_low, ends[0].value), least),
        bound_high=min(max(bound_high, ends[1].value), most),
    )


def _room(one: Share, other: Share | None) -> tuple[float, float]:
    """Where the number can lie at all."""
    if not one.is_share:
        return -np.inf, np.inf
    return (0.0 if other is None else -1.0), 1.0


def _minus(one: Weighted, other: Weighted | None) -> Weighted:
    if other is None:
        return one
    return Weighted(value=one.value - other.value, influence=one.influence - other.influence)


def _interval(mean: Weighted, one: Share, other: Share | None, confidence: float) -> tuple[float, float]:
    times = _stretch(one, other, confidence)
    variance = mean.variance * times**2
    if variance <= 0:
        # Where all leads are alike, their spread says nothing: as far as Hoeffding's bound allows.
        sizes = np.array([part.effective for part in (one, other) if part is not None])
        half = float(np.hypot.reduce(hoeffding_half_width(sizes, one.width or 1.0, confidence)))
        return mean.value - half, mean.value + half
    if other is None and one.is_share and 0 < mean.value < 1:
        n = np.array([mean.value * (1 - mean.value) / variance])
        low, high = wilson(mean.value * n, n, confidence)
        return float(low[0]), float(high[0])
    half = quantile(confidence) * float(np.sqrt(variance))
    return mean.value - half, mean.value + half


def _stretch(one: Share, other: Share | None, confidence: float) -> float:
    """Student's quantile over the normal one, where few accounts tell how far the number moves."""
    if not one.clustered:
        return 1.0
    fewest = one.effective if other is None else min(one.effective, other.effective)
    return float(wider(np.array([fewest - 1]), confidence)[0])


def _around(ends: tuple[Weighted, Weighted], confidence: float, times: float) -> tuple[float, float]:
    spread = times * np.sqrt(np.array([end.variance for end in ends]))
    width = np.array([ends[1].value - ends[0].value])
    z = float(critical(width, spread.max(keepdims=True), confidence)[0])
    return ends[0].value - z * float(spread[0]), ends[1].value + z * float(spread[1])
