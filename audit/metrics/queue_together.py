"""What a work queue does to all groups of an attribute together: distance of exposure, and least skew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audit.arrays import BoolArray
from audit.estimate import Estimate
from audit.grouping import Grouping
from audit.intervals import quantile
from audit.metrics.differential import Named
from audit.metrics.exposure import exposure_measures
from audit.metrics.level_table import LevelTable
from audit.metrics.measure import Measure
from audit.metrics.queue import queue_measures
from audit.schema import Stream

FEW = "fewer than two known groups have a lead with a score"


def queue_together(part: Grouping, table: LevelTable, stream: Stream) -> tuple[Named, ...]:
    """Distance of the groups' parts of the exposure from those of the leads, and the least skews."""
    leads = table.leads.sum(axis=1)
    known = part.known & (leads > 0)
    enough = int(np.count_nonzero(known)) >= 2
    exposure = exposure_measures(part, table, stream.audit.confidence)[0]
    skews = [m for m in queue_measures(part, table, _surer(stream, known)) if m.metric.startswith("skew@")]
    return (
        ("exposure_distance", _distance(exposure, known, stream) if enough else Estimate.missing(FEW)),
        *(
            (f"minimum_{one.metric}", _least(one, known) if enough else Estimate.missing(FEW))
            for one in skews
        ),
    )


def _distance(exposure: Measure, known: BoolArray, stream: Stream) -> Estimate:
    """Half the sum of the groups' distances; sampling moves it no further than all of them together."""
    share = exposure.n[known] / exposure.n[known].sum()
    relative = exposure.value[known] / (share * exposure.value[known]).sum()
    value = float((share * np.abs(relative - 1)).sum() / 2)
    noise = float((share * np.sqrt(exposure.variance[known])).sum() / 2)
    half = quantile(stream.audit.confidence) * noise
    return Estimate(
        value=value, low=max(value - half, 0.0), high=min(value + half, 1.0), n=int(exposure.n[known].sum())
    )


def _surer(stream: Stream, known: BoolArray) -> Stream:
    """The stream with a confidence at which the intervals of all groups hold together."""
    groups = max(int(np.count_nonzero(known)), 1)
    surer = 1 - (1 - stream.audit.confidence) / groups
    return replace(stream, audit=replace(stream.audit, confidence=surer))


def _least(skew: Measure, known: BoolArray) -> Estimate:
    """The lowest skew of a known group."""
    chosen = np.flatnonzero(known)
    n = int(skew.n[chosen].sum())
    absent = [reason for reason in (skew.undefined[i] for i in chosen) if reason]
    if absent:
        return Estimate.missing("of one group no lead is among the first of the queue", n)
    low, value, high = (float(ends[chosen].min()) for ends in (skew.low, skew.value, skew.high))
    return Estimate(value=value, low=low, high=high, n=n)
