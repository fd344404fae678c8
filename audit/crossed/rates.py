"""What is told of each group, from the leads of each cell; of one cube, or of many replicates of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.crossed.layout import FACTS, SIDES, Layout
from audit.score_scale import band_edges

METRICS = (
    "selection_rate",
    "base_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "precision",
    "negative_predictive_value",
    "accuracy",
)
"""Rates of decisions and outcomes, in the order of the last axis."""
SCORED = ("mean_score", "auc")
OUTCOMES = 10
"""Tenths of the score's range whose outcome rates are told."""


Table = FloatArray | Sequence[Sequence[FloatArray]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    """Numbers of every group, of shape ``(..., groups, metrics)``, NaN where a group has no leads for one.

    ``decided`` has the columns `METRICS`, ``scored`` mean score and AUC, ``bands`` the outcome rate of each
    tenth of the score's range. ``gap`` is the widest difference between known groups of a grouping, of
    shape ``(..., groupings, metrics)`` over all those columns.
    """

    decided: FloatArray
    scored: FloatArray
    bands: FloatArray
    gap: FloatArray

    @property
    def every(self) -> FloatArray:
        """All columns beside each other."""
        return np.concatenate([self.decided, self.scored, self.bands], axis=-1)


def rates(
    laid: Layout, scale: tuple[float, float], n: IntArray | None = None, *, higher_is_better: bool = True
) -> Rates:
    """Rates, mean score, AUC and outcome rates by tenth of every group, with the gaps.

    ``n`` are other leads for the same cells, of shape ``(replicates, cells)``; None is those that were
    counted. ``scale`` is the range of the score.
    """
    counts = (laid.n[None] if n is None else n).astype(np.float64)
    decided, scored, bands = _decided(laid, counts), *_scored(laid, counts, scale, higher=higher_is_better)
    every = (decided, scored, bands)
    gap = gaps(laid, np.concatenate(every, axis=-1))
    one = slice(None) if n is not None else 0
    return Rates(decided=decided[one], scored=scored[one], bands=bands[one], gap=gap[one])


def decisions(laid: Layout, counts: FloatArray) -> FloatArray:
    """Leads by decision and outcome of each group, of shape ``(3, 3, replicates, groups)``."""
    starts = np.flatnonzero(np.diff(laid.fact, prepend=-1))
    facts = np.zeros((len(counts), laid.combinations * FACTS))
    facts[:, laid.fact[starts]] = np.add.reduceat(counts, starts, axis=1)
    found = laid.by_group(facts.reshape(len(counts), laid.combinations, FACTS), 1)
    return np.moveaxis(found.reshape(len(counts), -1, SIDES, SIDES), (2, 3), (0, 1))


def decided_rates(found: Table) -> FloatArray:
    """`METRICS`, in the last axis, from leads by decision and outcome, in the first two."""
    (tn, fn, _), (fp, tp, _), _ = found
    turned, chosen = (one[0] + one[1] for one in found[:2])
    decided = chosen + found[1][2]
    positive, negative = fn + tp, tn + fp
    yes, no = positive + found[2][1], negative + found[2][0]
    pairs = (
        (decided, decided + turned + found[0][2]),
        (yes, yes + no),
        (tp, positive),
        (fp, negative),
        (tn, negative),
        (fn, positive),
        (tp, chosen),
        (tn, turned),
        (tp + tn, positive + negative),
    )
    told = np.empty((len(METRICS), *tn.shape))
    with np.errstate(invalid="ignore", divide="ignore"):
        for place, (hits, of) in enumerate(pairs):
            np.divide(hits, of, out=told[place])
    return np.moveaxis(told, 0, -1)


def gaps(laid: Layout, every: FloatArray) -> FloatArray:
    """The widest difference between the known groups of each grouping."""
    known = np.array(laid.known, dtype=np.bool_)
    part = laid.part[known]
    if not part.size:
        return np.zeros((*every.shape[:-2], 0, every.shape[-1]))
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    chosen = every[..., known, :]
    return np.asarray(
        np.fmax.reduceat(chosen, starts, axis=-2) - np.fmin.reduceat(chosen, starts, axis=-2),
        dtype=np.float64,
    )


def levels_of(laid: Layout, counts: FloatArray) -> FloatArray:
    """Leads of each group by outcome and score level, of shape ``(replicates, 3, groups, levels)``.

    The last level holds the leads without a score.
    """
    size = laid.combinations * laid.levels
    spread = np.zeros((len(counts), SIDES, size))
    spread.reshape(len(counts), -1)[:, laid.place % SIDES * size + laid.place // SIDES] = counts
    return laid.by_group(spread.reshape(len(counts), SIDES, laid.combinations, laid.levels), 2)


def _decided(laid: Layout, counts: FloatArray) -> FloatArray:
    return decided_rates(decisions(laid, counts))


def _scored(
    laid: Layout, counts: FloatArray, scale: tuple[float, float], *, higher: bool
) -> tuple[FloatArray, FloatArray]:
    found = levels_of(laid, counts)[..., :-1]
    total = _scores(laid, counts)
    leads = found.sum(axis=(1, 3))
    auc = ranked(found[:, 1], found[:, 0])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / leads
    told = np.stack([mean, auc if higher else 1 - auc], axis=-1)
    return told, _bands(laid, found, scale)


def _scores(laid: Layout, counts: FloatArray) -> FloatArray:
    """The sum of the scores of each group."""
    combination = laid.fact // FACTS
    starts = np.flatnonzero(np.diff(combination, prepend=-1))
    return laid.by_group(np.add.reduceat(counts * laid.score, starts, axis=1), 1)


def ranked(positive: FloatArray, negative: FloatArray) -> FloatArray:
    """The area under the ROC curve from leads by score level, ascending, in the last axis."""
    below = np.cumsum(negative, axis=-1)
    won = np.einsum("...i,...i->...", positive, below - negative / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(won / (positive.sum(axis=-1) * below[..., -1]))


def _bands(laid: Layout, found: FloatArray, scale: tuple[float, float]) -> FloatArray:
    """Outcome rates by tenth, as `audit.metrics.calibration` cuts them."""
    cuts = band_edges(scale)
    edges = np.asarray(laid.edges)
    number = max(len(cuts) - 1, 1)
    band = np.clip(np.searchsorted(cuts, edges, side="right") - 1, 0, number - 1)
    # Level i begins at the edge i - 1; what lies below all edges is in the lowest tenth.
    starts = np.searchsorted(np.append(0, band), np.arange(number))
    filled = starts < laid.levels - 1
    both = np.add.reduceat(found[:, :2], np.minimum(starts, laid.levels - 2), axis=-1)
    empty = np.diff(np.append(starts, laid.levels - 1)) == 0
    both = np.where(empty | ~filled, 0.0, both)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(both[:, 1] / both.sum(axis=1))
