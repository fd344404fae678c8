"""Does a score mean the same for every group: outcome rates by score band, and the calibration error."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from audit.arrays import FloatArray, IntArray, sum_by
from audit.grouping import Grouping
from audit.intervals import hoeffding_half_width, quantile
from audit.metrics.confusion import no_outcome, proportion, usable
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS
from audit.score_scale import band_edges
from audit.tally.columns import NO, SCORE, YES

REPLICATES, FEWER_REPLICATES = 1000, 200
_MANY_GROUPS = 100
_GROUPS_AT_ONCE = 50


def outcome_rates(grouping: Grouping, scale: tuple[float, float], confidence: float) -> tuple[Measure, ...]:
    """Outcome rate of every group in each band of the score, with Wilson intervals."""
    leads, _ = _banded(grouping, scale)
    n, positives = leads.sum(axis=2), leads[:, :, 1]
    unknown = n.sum(axis=1) == 0
    empty = METRICS["outcome_rate"].empty
    return tuple(
        proportion(
            name,
            positives[:, band],
            n[:, band],
            reasons((unknown, no_outcome(grouping)), (n[:, band] == 0, empty)),
            confidence,
        )
        for band, name in enumerate(band_names(scale))
    )


def band_names(scale: tuple[float, float]) -> tuple[str, ...]:
    """Metric ids ``outcome_rate@low-high`` of the bands, with as many digits as tell them apart."""
    edges = band_edges(scale).tolist()
    digits = next((d for d in range(6, 18) if len({f"{e:.{d}g}" for e in edges}) == len(edges)), 17)
    ends = [f"{edge + 0.0:.{digits}g}" for edge in edges]
    pairs = pairwise(ends) if len(ends) > 1 else [(ends[0], ends[0])]
    return tuple(f"outcome_rate@{low}-{high}" for low, high in pairs)


def calibration_error(
    grouping: Grouping,
    scale: tuple[float, float],
    confidence: float,
    random: np.random.Generator,
    *,
    higher_is_better: bool,
) -> Measure:
    """Expected calibration error of every group over the ten bands.

    The error cannot fall below 0, so a percentile interval would never allow for a score without
    any. The half-width is instead a bootstrap quantile of the summed distance that sampling moves
    the bands, which bounds the distance of the error from its true value (triangle inequality).
    """
    leads, scores = _banded(grouping, scale)
    width = (scale[1] - scale[0]) or 1.0
    scores = np.where(leads > 0, (scores / np.maximum(leads, 1) - scale[0]) / width, 0.0).clip(0.0, 1.0)
    scores = scores if higher_is_better else 1 - scores
    n = leads.sum(axis=(1, 2))
    with np.errstate(invalid="ignore"):
        value = np.abs(_off(leads, scores)).sum(axis=-1) / n
    half = _half_width(leads, scores, confidence, random)
    # Where all leads are alike, resampling moves nothing.
    half = np.where(half > 0, half, hoeffding_half_width(n.astype(np.float64), 1.0, confidence))
    flat = np.full(len(n), scale[0] == scale[1])
    return Measure(
        metric="calibration_error",
        value=value,
        low=np.maximum(value - half, 0),
        high=np.minimum(value + half, 1),
        n=n,
        variance=(half / quantile(confidence)) ** 2,
        df=np.full(len(n), np.inf),
        weakest=n,
        undefined=reasons((n == 0, no_outcome(grouping)), (flat, "every lead has the same score")),
    )


def _banded(grouping: Grouping, scale: tuple[float, float]) -> tuple[IntArray, FloatArray]:
    """Leads, and the sum of their scores, by group, band and outcome (no, yes)."""
    cuts = band_edges(scale)
    bands = max(len(cuts) - 1, 1)
    edges = np.asarray(grouping.cube.axis(SCORE).edges)
    column = grouping.cube.column(SCORE)
    band = np.clip(np.searchsorted(cuts, edges, side="right") - 1, 0, bands - 1)
    band = band[np.clip(column - 1, 0, len(edges) - 1)]
    shape, size = (len(grouping.groups), bands), len(grouping.groups) * bands
    leads, scores = np.zeros((*shape, 2), dtype=np.int64), np.zeros((*shape, 2))
    for outcome, level in enumerate((NO, YES)):
        used = usable(grouping, level) & (column <= len(edges))
        place = grouping.index[used] * bands + band[used]
        leads[:, :, outcome] = sum_by(place, grouping.cube.n[used], size).reshape(shape)
        scores[:, :, outcome] = sum_by(place, grouping.cube.score_sum[used], size).reshape(shape)
    return leads, scores


def _off(leads: FloatArray | IntArray, scores: FloatArray) -> FloatArray:
    """Expected minus seen positives of each band, from leads by (..., band, outcome) and mean scores."""
    return np.asarray((leads * scores).sum(axis=-1) - leads[..., 1], dtype=np.float64)


def _half_width(
    leads: IntArray, scores: FloatArray, confidence: float, random: np.random.Generator
) -> FloatArray:
    half = np.full(len(leads), np.nan)
    filled = np.flatnonzero(leads.sum(axis=(1, 2)))
    replicates = REPLICATES if len(filled) <= _MANY_GROUPS else FEWER_REPLICATES
    for start in range(0, len(filled), _GROUPS_AT_ONCE):
        part = filled[start : start + _GROUPS_AT_ONCE]
        moved = _moved(leads[part], scores[part], replicates, random)
        half[part] = np.quantile(moved, confidence, axis=0)
    return half


def _moved(leads: IntArray, scores: FloatArray, replicates: int, random: np.random.Generator) -> FloatArray:
    """How far resampling moves the bands, summed over them, for each replicate and group."""
    cells = leads.reshape(len(leads), -1)
    n = cells.sum(axis=1)
    drawn = random.multinomial(n, cells / n[:, None], size=(replicates, len(leads)))
    drift = _off(drawn.reshape(replicates, *leads.shape), scores) - _off(leads, scores)
    return np.asarray(np.abs(drift).sum(axis=-1) / n, dtype=np.float64)
