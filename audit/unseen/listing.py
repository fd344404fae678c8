"""Regions of all groups become bounds: each group alone, and its gap to the reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.grouping import Grouping
from audit.unseen.region import Region, gap, interval
from audit.unseen.value import Bound, Cause, Method

MOST_GROUPS = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regions:
    """One metric of every group of a grouping under one method, with the leads behind it.

    ``apart`` holds the ends of the gap to the reference where both sides may want the same leads.
    """

    cause: Cause
    method: Method
    metric: str
    region: Region
    n: FloatArray
    missing: FloatArray
    unworked: FloatArray | None
    unsupported: FloatArray
    empty: str
    apart: tuple[FloatArray, FloatArray] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listed:
    """Which groups are listed, by place, the reference among them, and the confidence."""

    groups: IntArray
    reference: int | None
    confidence: float


def listed(part: Grouping, reference: int | None, minimum: int, confidence: float) -> Listed:
    """Known groups with enough leads, the 50 largest and the reference; no gaps to a reference without."""
    leads = np.where(part.known, part.count(), -1)
    order = np.argsort(-leads, kind="stable")
    chosen = order[leads[order] >= max(minimum, 1)][:MOST_GROUPS]
    if reference is not None and leads[reference] < max(minimum, 1):
        reference = None
    groups = np.unique(chosen if reference is None else np.append(chosen, reference)).astype(np.int64)
    return Listed(groups=groups, reference=reference, confidence=confidence)


def listing(part: Grouping, of: Regions, shown: Listed) -> Iterator[Bound]:
    """Bounds of the listed groups that miss something, then their gaps to the reference."""
    low, high = interval(of.region, shown.confidence)
    ends = (of.region.lower.value, of.region.upper.value, low, high)
    for place in shown.groups[of.missing[shown.groups] > 0].tolist():
        yield _bound(part, of, place, None, ends)
    if shown.reference is None or not part.attributes:
        return
    apart = gap(of.region, shown.reference, shown.confidence, of.apart)
    gaps = (apart.lower, apart.upper, apart.low, apart.high)
    for place in shown.groups.tolist():
        if place != shown.reference and of.missing[place] + of.missing[shown.reference] > 0:
            yield _bound(part, of, place, shown.reference, gaps)


def _bound(
    part: Grouping, of: Regions, place: int, reference: int | None, ends: tuple[FloatArray, ...]
) -> Bound:
    sides = [place] if reference is None else [place, reference]
    lower, upper, low, high = (float(end[place]) for end in ends)
    undefined = of.empty if np.isnan([lower, upper]).any() else None
    numbers = (None,) * 4 if undefined else (lower, upper, low, high)
    return Bound(
        cause=of.cause,
        attribute=part.attributes,
        group=part.groups[place],
        reference=None if reference is None else part.groups[reference],
        metric=of.metric,
        method=of.method,
        lower=numbers[0],
        upper=numbers[1],
        low=numbers[2],
        high=numbers[3],
        n=_leads(of.n, sides),
        missing=_leads(of.missing, sides),
        unworked=None if of.unworked is None else _leads(of.unworked, sides),
        unsupported=_leads(of.unsupported, sides),
        undefined=undefined,
    )


def _leads(counts: FloatArray, places: list[int]) -> int:
    return round(float(counts[places].sum()))
