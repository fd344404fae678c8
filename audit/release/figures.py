"""Rates of a release's groups and gaps between them, as sure as hiding and noise leave them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from audit.arrays import FloatArray
from audit.estimate import Estimate
from audit.intervals import koopman, mover, wilson
from audit.metrics.group_estimate import GroupEstimate
from audit.registry import METRICS
from audit.release.counted import Counted, counted, extremes, likely, rates_of
from audit.release.model import Group, Release
from audit.release.shape import OTHER
from audit.tally.columns import UNKNOWN

HIDDEN = "a count behind it is hidden, because it or another one is of fewer than {k} leads"
NO_LEADS = "no lead of this group counts for it"
FEW = "with the noise there may be fewer than {k} leads behind it"
_FOR_NOISE = 0.4
_TINY = 1e-9

Verdict = Literal["pass", "fail", "insufficient"]
_Wanted = tuple[Group, Group, str, Literal["difference", "ratio"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A group compared with the reference group; the estimate's ``n`` is the group's."""

    attribute: tuple[str, ...]
    group: tuple[str, ...]
    reference: tuple[str, ...]
    metric: str
    kind: Literal["difference", "ratio"]
    estimate: Estimate
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """A rate that is hidden, and the least and the most that it can be."""

    attribute: tuple[str, ...]
    group: tuple[str, ...]
    metric: str
    low: float
    high: float


def estimates(release: Release) -> tuple[GroupEstimate, ...]:
    """Every rate that the counts give, for all leads and for each group.

    A rate without noise has the Wilson interval of its counts. With noise its interval is the union of the
    Clopper-Pearson intervals over all true counts that the noise leaves likely: two fifths of the error
    probability go to the noise, the rest to chance, so that coverage is at least the stated one whatever the
    rate. A rate that needs a hidden count is undefined, and `bounds` says what it can be.
    """
    found = counted(release)
    alpha = 1 - release.terms.confidence
    return tuple(
        GroupEstimate(
            attribute=one.attribute, group=one.group, metric=metric, estimate=_estimate(release, got, alpha)
        )
        for (one, metric), got in found
    )


def bounds(release: Release) -> tuple[Bounded, ...]:
    """The least and the most that each hidden rate can be; those that may be anything are left out."""
    if release.noise is not None:
        return ()
    rows = []
    for (one, metric), got in counted(release):
        if got.hits is None or got.misses is None:
            low, high = extremes(got)
            if (low, high) != (0.0, 1.0):
                rows.append(
                    Bounded(attribute=one.attribute, group=one.group, metric=metric, low=low, high=high)
                )
    return tuple(rows)


def disparities(release: Release) -> tuple[Gap, ...]:
    """Every comparison of a group with its reference: the stream's, else the largest group that is shown.

    Differences have Newcombe's interval, or one made in the same way (MOVER) from wider ones where there is
    noise; ratios have Koopman's, or the extremes of two intervals at half the error probability each. A
    verdict of fail also holds after Bonferroni's correction over all comparisons of the release.
    """
    pairs = list(_pairs(release))
    kinds: tuple[Literal["difference", "ratio"], ...] = ("difference", "ratio")
    wanted: list[_Wanted] = [
        (one, reference, metric, kind)
        for one, reference in pairs
        for metric in rates_of(release)
        if METRICS[metric].family is not None
        for kind in kinds
        if (kind == "difference" and not METRICS[metric].ratio_only)
        or (kind == "ratio" and METRICS[metric].has_ratio)
    ]
    found = {((one.attribute, one.group), metric): got for (one, metric), got in counted(release)}
    strict = (1 - release.terms.confidence) / max(len(wanted), 1)
    return tuple(
        _gap(
            release,
            (one, reference, metric, kind),
            (
                found[(one.attribute, one.group), metric],
                found[(reference.attribute, reference.group), metric],
            ),
            strict,
        )
        for one, reference, metric, kind in wanted
    )


def _gap(
    release: Release,
    what: _Wanted,
    sides: tuple[Counted, Counted],
    strict: float,
) -> Gap:
    one, reference, metric, kind = what
    alpha = 1 - release.terms.confidence
    own, other = (_estimate(release, side, alpha) for side in sides)
    reason = own.undefined or (other.undefined and other.undefined.replace("this group", "the reference"))
    if reason is None and kind == "ratio" and not other.value:
        reason = "the rate of the reference group is 0, so there is no ratio to it"
    if reason is not None or own.value is None or other.value is None:
        estimate, verdict = Estimate.missing(reason or HIDDEN, own.n), "insufficient"
    else:
        value = own.value - other.value if kind == "difference" else own.value / other.value
        low, high = _ends(release, sides, kind, alpha)
        estimate = Estimate(value=value, low=low, high=high, n=own.n)
        verdict = _verdict(release, kind, (low, high), _ends(release, sides, kind, strict))
    return Gap(
        attribute=one.attribute,
        group=one.group,
        reference=reference.group,
        metric=metric,
        kind=kind,
        estimate=estimate,
        verdict=verdict,  # type: ignore[arg-type]
    )


def _verdict(release: Release, kind: str, ends: tuple[float, float], strict: tuple[float, float]) -> Verdict:
    terms = release.terms
    by, ratio = terms.tolerance_difference, terms.tolerance_ratio
    low, high = (-by, by) if kind == "difference" else (ratio, 1 / ratio)
    if low <= ends[0] and ends[1] <= high:
        return "pass"
    return "fail" if strict[0] > high or strict[1] < low else "insufficient"


def _pairs(release: Release) -> Iterator[tuple[Group, Group]]:
    """Every group of attributes with the reference group of the same attributes."""
    named = {dimension.name: dimension.reference for dimension in release.dimensions}
    for attribute in dict.fromkeys(one.attribute for one in release.groups if one.attribute):
        rows = [one for one in release.groups if one.attribute == attribute]
        wanted = tuple(named[name] for name in attribute)
        known = [one for one in rows if one.counts[0] is not None and not {UNKNOWN, OTHER} & set(one.group)]
        if not known:
            continue
        largest = max(known, key=lambda one: one.counts[0] or 0)
        reference = next((one for one in known if one.group == wanted), largest)
        yield from ((one, reference) for one in rows if one is not reference)


def _estimate(release: Release, got: Counted, alpha: float) -> Estimate:
    if got.hits is None or got.misses is None:
        return Estimate.missing(HIDDEN.format(k=release.k))
    n = got.hits + got.misses
    if release.noise is not None and n < release.k:
        return Estimate.missing(FEW.format(k=release.k), max(n, 0))
    if n <= 0:
        return Estimate.missing(NO_LEADS)
    low, high = _interval(release, got, alpha)
    value = min(max(got.hits / n, low), high)
    return Estimate(value=value, low=low, high=high, n=n)


def _interval(release: Release, got: Counted, alpha: float) -> tuple[float, float]:
    """Wilson's interval, or with noise the union of Clopper and Pearson's over the likely counts."""
    if release.noise is None:
        n = (got.hits or 0) + (got.misses or 0)
        ends = wilson(np.asarray(float(got.hits or 0)), np.asarray(float(n)), 1 - alpha)
        return float(ends[0]), float(ends[1])
    from scipy.special import betaincinv  # noqa: PLC0415 - keeps scipy out of the start of the web process

    hits, misses = likely(release.noise, got, alpha * _FOR_NOISE)
    part = alpha * (1 - _FOR_NOISE) / 2
    low = 0.0 if hits.low == 0 else float(betaincinv(hits.low, misses.high + 1, part))
    high = 1.0 if misses.low == 0 else float(betaincinv(hits.high + 1, misses.low, 1 - part))
    return low, high


def _ends(release: Release, sides: tuple[Counted, Counted], kind: str, alpha: float) -> tuple[float, float]:
    if release.noise is None and kind == "ratio":
        counts = [(side.hits or 0, (side.hits or 0) + (side.misses or 0)) for side in sides]
        numbers = [np.asarray(float(number)) for pair in counts for number in pair]
        low, high = koopman(numbers[0], numbers[1], numbers[2], numbers[3], 1 - alpha)
        return float(low), float(high)
    if kind == "difference":
        own, other = (_side(release, side, alpha) for side in sides)
        low, high = mover(own[0], (own[1], own[2]), other[0], (other[1], other[2]))
        return float(low), float(high)
    own_ends, other_ends = (_interval(release, side, alpha / 2) for side in sides)
    return own_ends[0] / max(other_ends[1], _TINY), own_ends[1] / max(other_ends[0], _TINY)


def _side(release: Release, side: Counted, alpha: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    found, (low, high) = _estimate(release, side, alpha), _interval(release, side, alpha)
    return np.asarray(found.value), np.asarray(low), np.asarray(high)
