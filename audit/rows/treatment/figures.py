"""Every figure about one attribute: what is done with each group's leads, and the gaps to the reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.disparity.contrast import Contrast
from audit.disparity.pooled import Pooled, contrast
from audit.grouping import Grouping
from audit.metrics.confusion import proportion
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS
from audit.registry.treatment import WEEK
from audit.rows.treatment.acts import Acts
from audit.rows.treatment.layout import Layout, layout
from audit.rows.treatment.pace import pace
from audit.rows.treatment.pooled import NO_RATIO, means, rates
from audit.rows.treatment.survival import (
    Curves,
    Waits,
    contacted_within,
    curves,
    median,
    restricted,
    within,
)
from audit.rows.treatment.touches import mean_touches, touches_ratio, usable
from audit.schema import Tolerance

LIMITS = (("1h", 1.0), ("24h", 24.0))
NEVER_HALF = "too few leads were contacted to say when half of them were"
BY_DAY = "creation or contact has no time of day, so hours are not known"


def measures(group: IntArray, groups: int, acts: Acts, confidence: float) -> tuple[Measure, ...]:
    """The figures of each group; ``group`` is a code per row."""
    return tuple(_measures(group, groups, acts, confidence))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gaps:
    """The gaps at equal score and in touches, and the median waits of both sides (NaN: not reached)."""

    contrasts: tuple[Contrast, ...]
    hours: FloatArray


def gaps(group: IntArray, sides: tuple[Grouping, int], acts: Acts, audit: Tolerance) -> Gaps:
    """Each group against the reference; ``sides`` are the groups and the reference among them."""
    part, reference = sides
    of = layout(group, part, reference, acts.stratum)
    found = [*_counts(group, of, acts, audit)]
    found += [contrast(one, audit, NO_RATIO) for one in _equal(of, acts, audit.confidence)]
    hours = np.full((2, of.groups), np.nan)
    if acts.paces is not None:
        paced, hours = pace(group, acts.paces, (of.groups, reference), audit.confidence)
        found.append(contrast(paced, audit, NO_RATIO))
    return Gaps(contrasts=tuple(found), hours=hours)


def _measures(group: IntArray, groups: int, acts: Acts, confidence: float) -> Iterator[Measure]:
    if acts.waits is not None:
        yield from _waiting(curves(group, acts.waits, groups), confidence, hourly=acts.hourly)
    if acts.touches is not None:
        yield mean_touches(group, groups, acts.touches, confidence)
    if acts.reassigned is not None:
        known, values = usable(acts.reassigned)
        n = np.bincount(group[known], minlength=groups)
        hits = np.bincount(group[known], values[known], groups).astype(np.int64)
        empty = reasons((n == 0, METRICS["reassignment_rate"].empty))
        yield proportion("reassignment_rate", hits, n, empty, confidence)


def _waiting(of: Curves, confidence: float, *, hourly: bool) -> Iterator[Measure]:
    groups = len(of.n)
    for name, hours in LIMITS:
        metric = f"contacted_within_{name}"
        reached = contacted_within(of, hours, confidence)
        short = np.full(groups, hours < 24 and not hourly)
        yield _measure(
            metric,
            (reached.share, *reached.ends),
            (of.n, reached.variance),
            reasons((short, BY_DAY), (~reached.known, METRICS[metric].empty)),
        )
    value, (low, high) = median(of, confidence)
    known = np.isfinite(value) & np.isfinite(low) & np.isfinite(high)
    empty = reasons((of.n == 0, METRICS["hours_to_contact"].empty), (~known, NEVER_HALF))
    yield _measure("hours_to_contact", (value, low, high), (of.n, np.ones(groups)), empty)


def _measure(
    metric: str,
    numbers: tuple[FloatArray, FloatArray, FloatArray],
    spread: tuple[IntArray, FloatArray],
    undefined: tuple[str | None, ...],
) -> Measure:
    none = np.array([reason is not None for reason in undefined], dtype=np.bool_)
    value, low, high = (np.where(none, np.nan, part) for part in numbers)
    n, variance = spread
    return Measure(
        metric=metric,
        value=value,
        low=low,
        high=high,
        n=n,
        variance=np.where(none, np.nan, variance),
        df=np.full(len(n), np.inf),
        weakest=n,
        undefined=undefined,
    )


def _counts(group: IntArray, of: Layout, acts: Acts, audit: Tolerance) -> Iterator[Contrast]:
    """Touches whatever the score: one stratum holds all leads."""
    if acts.touches is not None:
        known, values = usable(acts.touches)
        whole = layout(group, of.part, of.reference, np.zeros(len(group), dtype=np.int64))
        strata, (_, squares) = whole.paired(known, values, values**2)
        yield contrast(touches_ratio("mean_touches", strata, squares, audit.confidence), audit, NO_RATIO)


def _equal(of: Layout, acts: Acts, confidence: float) -> Iterator[Pooled]:
    """Every metric at equal score but the pace."""
    for name, values in (("contact_rate", acts.worked), ("reassignment_rate", acts.reassigned)):
        if values is not None:
            known, hits = usable(values)
            yield from rates(f"equal_score_{name}", of.paired(known, hits)[0], confidence)
    if acts.waits is not None:
        yield from _waiting_equally(of, acts.waits, acts, confidence)
    if acts.touches is not None:
        known, counts = usable(acts.touches)
        strata, (_, squares) = of.paired(known, counts, counts**2)
        yield touches_ratio("equal_score_touches", strata, squares, confidence)


def _waiting_equally(of: Layout, waits: Waits, acts: Acts, confidence: float) -> Iterator[Pooled]:
    for name, hours in LIMITS:
        if acts.hourly or hours >= 24:
            rows, hits = within(waits, acts.watched, hours)
            yield from rates(f"equal_score_within_{name}", of.paired(rows, hits)[0], confidence)
    rows, waited = restricted(waits, acts.watched, WEEK)
    strata, (_, squares) = of.paired(rows, waited, waited**2)
    yield means("equal_score_hours_to_contact", strata, squares, WEEK, confidence)
