"""How much wider accounts make the intervals at each threshold: the jackknife of `audit.clustering`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.clustering.effect import Effect
from audit.clustering.jackknife import Own, deff_of
from audit.grouping import Grouping
from audit.schema import Stream
from audit.tally.columns import OUTCOME
from audit.thresholds.model import MEASURED, Stretch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """Leads, positives and negatives by group and place (see `audit.thresholds.model.GroupCounts`).

    ``everybody`` counts the leads of each group, those without a score too.
    """

    everybody: IntArray
    leads: IntArray
    positives: IntArray
    negatives: IntArray

    def without(self, other: Piece) -> Piece:
        """These leads but for those of another piece."""
        return Piece(
            everybody=self.everybody - other.everybody,
            leads=self.leads - other.leads,
            positives=self.positives - other.positives,
            negatives=self.negatives - other.negatives,
        )


Rate = tuple[IntArray, IntArray]
"""Hits and denominators, a row per threshold and a column per group."""


def rate_of(metric: str, counted: Piece, *, higher_is_better: bool) -> Rate:
    """Hits and denominators of one metric at every threshold."""
    if metric == "selection_rate":
        selected = _selected(counted.leads, higher=higher_is_better)
        return selected, np.broadcast_to(counted.leads.sum(axis=1), selected.shape)
    right = _selected(counted.positives, higher=higher_is_better)
    wrong = _selected(counted.negatives, higher=higher_is_better)
    if metric == "true_positive_rate":
        return right, np.broadcast_to(counted.positives.sum(axis=1), right.shape)
    if metric == "false_positive_rate":
        return wrong, np.broadcast_to(counted.negatives.sum(axis=1), wrong.shape)
    return right, right + wrong


def _selected(counts: IntArray, *, higher: bool) -> IntArray:
    """Leads selected at each threshold: those past it, or, where lower is better, those before it."""
    reached = np.cumsum(counts, axis=1)
    chosen = reached[:, -1:] - reached[:, :-1] if higher else reached[:, :-1]
    return np.ascontiguousarray(chosen.T)


def stretches(
    whole: Piece, pieces: Sequence[Piece], part: Grouping, reference: int | None, stream: Stream
) -> tuple[Stretch, ...]:
    """The stretch of every metric that the data has, from the counts of each bucket of accounts."""
    metrics = MEASURED if part.has(OUTCOME) else MEASURED[:1]
    fewest = None if reference is None else float(effective_buckets(pieces)[reference])
    return tuple(_stretch(metric, (whole, pieces), (reference, fewest), stream) for metric in metrics)


def _stretch(
    metric: str,
    counted: tuple[Piece, Sequence[Piece]],
    compared: tuple[int | None, float | None],
    stream: Stream,
) -> Stretch:
    (whole, pieces), (reference, fewest) = counted, compared
    higher, confidence = stream.higher_is_better, stream.audit.confidence
    seen = rate_of(metric, whole, higher_is_better=higher)
    left = [rate_of(metric, whole.without(one), higher_is_better=higher) for one in pieces]
    alone = _moved(seen, left, None)
    apart = _moved(seen, left, reference)
    return Stretch(
        metric=metric,
        alone=np.array([_times(one, None, confidence) for one in alone]),
        apart=np.array([_times(one, fewest, confidence) for one in apart]),
    )


def _moved(seen: Rate, left: Sequence[Rate], reference: int | None) -> list[Own]:
    """Variances at each threshold: how the rate, or its distance from the reference, moves."""
    value, spread = _value(seen, reference)
    spread = np.nan_to_num(spread)
    squares, gone, gone_squared, buckets = (np.zeros(value.shape) for _ in range(4))
    for one in left:
        moved = (_value(one, reference)[0] - value) ** 2
        squares += np.where(np.isfinite(moved), moved, 0.0)
        out = np.maximum(seen[1] - one[1], 0).astype(np.float64)
        gone, gone_squared, buckets = gone + out, gone_squared + out**2, buckets + (out > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.nan_to_num(gone**2 / gone_squared, nan=1.0)
    buckets = np.maximum(buckets, 1.0)
    return [
        Own(
            clustered=(buckets[row] - 1) / buckets[row] * squares[row],
            independent=spread[row],
            effective=effective[row],
            leads=seen[1][row].astype(np.float64),
        )
        for row in range(len(value))
    ]


def _value(rate: Rate, reference: int | None) -> tuple[FloatArray, FloatArray]:
    """Rates, or distances from the reference, with their variances were all leads independent."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = rate[0] / rate[1]
        spread = value * (1 - value) / rate[1]
    if reference is None:
        return value, spread
    at = slice(reference, reference + 1)
    return value - value[:, at], spread + spread[:, at]


def _times(own: Own, fewest: float | None, confidence: float) -> FloatArray:
    effective = own.effective if fewest is None else np.minimum(own.effective, fewest)
    return Effect(deff=deff_of(own), df=np.maximum(effective - 1.0, 1.0)).stretch(confidence)


def effective_buckets(pieces: Sequence[Piece]) -> FloatArray:
    """Effective number of random groups of accounts that hold the leads of each group."""
    leads = np.array([one.everybody for one in pieces], dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nan_to_num(leads.sum(axis=0) ** 2 / (leads**2).sum(axis=0), nan=1.0))
