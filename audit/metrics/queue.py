"""The work queue: leads sorted by score, best first, and what each group has of its beginning.

Leads with the same score stand in a random order, so that a count is its expectation over all of them.

References
----------
S. Geyik, S. Ambler, K. Kenthapadi (2019). Fairness-aware ranking in search and recommendation. KDD.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audit.arrays import FloatArray
from audit.grouping import Grouping
from audit.intervals import quantile
from audit.metrics.confusion import proportion
from audit.metrics.level_table import LevelTable
from audit.metrics.measure import Measure, reasons
from audit.metrics.score_metrics import scored
from audit.registry import METRICS
from audit.schema import Stream
from audit.tally.columns import SELECTED, YES

TENTH = 10
LEAST = 1e-9


def lengths(part: Grouping, stream: Stream) -> tuple[tuple[str, int], ...]:
    """How much of the queue counts as its beginning, by the name that metrics carry after their "@".

    As many leads as are selected; the first tenth; and as many as the team can work, where the
    stream says so.
    """
    used = scored(part)
    total = int(part.count(used).sum())
    chosen = int(part.count(used & part.at(SELECTED, YES)).sum())
    team = stream.audit.queue
    named = (
        ("selected", chosen if part.has(SELECTED) else 0),
        ("tenth", -(-total // TENTH)),
        ("queue", min(team, total) if team else 0),
    )
    return tuple((name, length) for name, length in named if length)


def queue_measures(part: Grouping, table: LevelTable, stream: Stream) -> tuple[Measure, ...]:
    """Share of each group within the first leads of the queue, its share of them, and their skew."""
    found = [
        measure
        for name, length in lengths(part, stream)
        for measure in _measures(name, length, table, stream.audit.confidence)
    ]
    # Where the threshold decides, the first leads are those selected, and their rate is the selection rate.
    told = stream.decision is None
    return tuple(one for one in found if not (told and one.metric == "queue_rate@selected"))


def first_leads(table: LevelTable, length: int) -> FloatArray:
    """Leads of each group among the first ``length`` of the queue; ties share their places."""
    leads = table.leads.sum(axis=0)
    ahead = leads.sum() - np.cumsum(leads)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(leads > 0, np.clip((length - ahead) / leads, 0, 1), 0.0)
    return np.asarray(table.leads @ part, dtype=np.float64)


def _measures(name: str, length: int, table: LevelTable, confidence: float) -> tuple[Measure, ...]:
    leads = table.leads.sum(axis=1)
    first = first_leads(table, length)
    rate = _rate(f"queue_rate@{name}", first, leads, confidence)
    share = _share(f"queue_share@{name}", first, leads, (float(length), confidence))
    return rate, share, _skew(f"skew@{name}", rate, length / max(leads.sum(), 1.0), confidence)


def _rate(metric: str, first: FloatArray, leads: FloatArray, confidence: float) -> Measure:
    """The interval is that of whole leads: one order of the ties is what the team will see."""
    n = leads.astype(np.int64)
    hits = np.minimum(first, leads)
    return proportion(metric, hits, n, reasons((n == 0, METRICS["queue_rate"].empty)), confidence)


def _share(metric: str, first: FloatArray, leads: FloatArray, of: tuple[float, float]) -> Measure:
    length, confidence = of
    n = np.full(len(leads), int(length), dtype=np.int64)
    hits = np.minimum(first, length)
    found = proportion(metric, hits, n, reasons((leads == 0, METRICS["queue_rate"].empty)), confidence)
    return replace(found, hits=None)


def _skew(metric: str, rate: Measure, overall: float, confidence: float) -> Measure:
    """Logarithm of the group's rate over that of all leads, with the interval carried over."""
    none = rate.defined & (rate.value <= 0)
    # An expected part of a lead may have a lower end that rounds to 0, which has no logarithm.
    least = np.maximum(rate.low, LEAST * rate.value)
    ends = [np.where(part > 0, part, np.nan) for part in (rate.value, least, rate.high)]
    value, low, high = (np.log(part / overall) for part in ends)
    undefined = tuple(
        reason or ("no lead of this group is among the first of the queue" if empty else None)
        for reason, empty in zip(rate.undefined, none, strict=True)
    )
    return Measure(
        metric=metric,
        value=value,
        low=low,
        high=high,
        n=rate.n,
        variance=((high - low) / (2 * quantile(confidence))) ** 2,
        df=np.maximum(rate.n - 1.0, 1.0),
        weakest=rate.n,
        undefined=undefined,
    )
