"""AUCs whose converted and unconverted leads come from different groups.

References
----------
D. Borkan et al. (2019). Nuanced metrics for measuring unintended bias. WWW companion (BNSP, BPSN).
L. Dixon et al. (2018). Measuring and mitigating unintended bias in text classification. AIES (pinned).
E. DeLong et al. (1988). Biometrics 44:837 (variance).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.grouping import Grouping
from audit.intervals import logit_interval, welch_df, wider, wilson
from audit.metrics.confusion import no_outcome
from audit.metrics.level_table import LevelTable
from audit.metrics.measure import Measure, reasons
from audit.registry.sources import NO_NEGATIVE, NO_POSITIVE

OTHERS_NO_POSITIVE = "no other lead has a positive outcome"
OTHERS_NO_NEGATIVE = "no other lead has a negative outcome"
ROUNDING = 1e-13
"""Nearer to 0 or 1 than one pair of leads among millions takes it: a ranking without an error."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """Probability that a converted lead ranks above an unconverted one, and both parts of its variance."""

    value: FloatArray
    of_positives: FloatArray
    of_negatives: FloatArray


def ranked(positives: FloatArray, negatives: FloatArray) -> Ranked:
    """Compare samples given as counts by level (last axis), worst first; ties count half."""
    m, n = positives.sum(axis=-1, keepdims=True), negatives.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        won = (np.cumsum(negatives, axis=-1) - negatives / 2) / n
        beaten = (m - np.cumsum(positives, axis=-1) + positives / 2) / m
        value = (positives * won).sum(axis=-1, keepdims=True) / m
        parts = [
            (weight * (placed - value) ** 2).sum(axis=-1) / ((size - 1) * size)[..., 0]
            for weight, placed, size in ((positives, won, m), (negatives, beaten, n))
        ]
    return Ranked(value=_rounded(value[..., 0]), of_positives=parts[0], of_negatives=parts[1])


def _separated(value: FloatArray) -> BoolArray:
    """A value of 0 or 1 has no place on the logit scale; what variance it has is rounding."""
    return np.asarray((value == 0) | (value == 1), dtype=np.bool_)


def between(
    metric: str,
    samples: tuple[FloatArray, FloatArray],
    undefined: tuple[str | None, ...],
    confidence: float,
) -> Measure:
    """`ranked` of converted and unconverted leads as a measure.

    The interval is that of a group's AUC, with Student's quantile: a handful of converted leads against all
    others' unconverted ones tells its own variance badly.
    """
    m, n = (sample.sum(axis=-1) for sample in samples)
    smaller = np.minimum(m, n)
    found = ranked(*samples)
    variance = found.of_positives + found.of_negatives
    with np.errstate(invalid="ignore", divide="ignore"):
        poor = (smaller < 2) | ~(variance > 0) | _separated(found.value)
        cautious = wilson(found.value * smaller, smaller, confidence)
        df = welch_df(found.of_positives, m - 1, found.of_negatives, n - 1)
        low, high = logit_interval(found.value, variance * wider(df, confidence) ** 2, confidence)
        padded = (found.value * smaller + 1) / (smaller + 2)
        variance = np.where(poor, padded * (1 - padded) / smaller, variance)
    return Measure(
        metric=metric,
        value=found.value,
        low=np.where(poor, cautious[0], low),
        high=np.where(poor, cautious[1], high),
        n=(m + n).astype(np.int64),
        variance=variance,
        df=np.where(poor, np.maximum(smaller - 1, 1), df),
        weakest=smaller.astype(np.int64),
        undefined=undefined,
    )


def cross_measures(part: Grouping, table: LevelTable, confidence: float) -> tuple[Measure, ...]:
    """BNSP, BPSN and pinned AUC of every group."""
    others = [side.sum(axis=0) - side for side in (table.positives, table.negatives)]
    own = [side.sum(axis=1) for side in (table.positives, table.negatives)]
    unknown = (own[0] + own[1] == 0, no_outcome(part))
    alone = [side.sum(axis=1) == 0 for side in others]
    bnsp = reasons(unknown, (own[0] == 0, NO_POSITIVE), (alone[1], OTHERS_NO_NEGATIVE))
    bpsn = reasons(unknown, (own[1] == 0, NO_NEGATIVE), (alone[0], OTHERS_NO_POSITIVE))
    return (
        between("bnsp_auc", (table.positives, others[1]), bnsp, confidence),
        between("bpsn_auc", (others[0], table.negatives), bpsn, confidence),
        _pinned(part, table, confidence),
    )


def _pinned(part: Grouping, table: LevelTable, confidence: float) -> Measure:
    """AUC of the group's leads together with as many out of all leads, in expectation over the draw."""
    own = [side.sum(axis=1) for side in (table.positives, table.negatives)]
    known = own[0] + own[1]
    drawn = (known / max(known.sum(), 1.0))[:, None]
    mixed = [side + drawn * side.sum(axis=0) for side in (table.positives, table.negatives)]
    with np.errstate(invalid="ignore", divide="ignore"):
        value, parts = _weighted(table, (mixed[0], mixed[1]), drawn)
        variance, df = parts[0] + parts[1], welch_df(parts[0], own[0] - 1, parts[1], own[1] - 1)
        sure = (variance > 0) & ~_separated(value)
        poor = (np.minimum(*own) < 2) | ~sure
        sizes = np.minimum(*(side.sum(axis=1) for side in mixed))
        cautious = wilson(value * sizes, sizes, confidence)
        low, high = logit_interval(value, variance * wider(df, confidence) ** 2, confidence)
    return Measure(
        metric="pinned_auc",
        value=value,
        low=np.where(poor, np.fmin(cautious[0], np.where(sure, low, 1.0)), low),
        high=np.where(poor, np.fmax(cautious[1], np.where(sure, high, 0.0)), high),
        n=known.astype(np.int64),
        variance=variance,
        df=np.maximum(df, 1.0),
        weakest=np.minimum(*own).astype(np.int64),
        undefined=reasons(
            (known == 0, no_outcome(part)),
            (mixed[0].sum(axis=1) == 0, NO_POSITIVE),
            (mixed[1].sum(axis=1) == 0, NO_NEGATIVE),
        ),
    )


def _weighted(
    table: LevelTable, mixed: tuple[FloatArray, FloatArray], drawn: FloatArray
) -> tuple[FloatArray, tuple[FloatArray, FloatArray]]:
    """AUC of weighted leads, both parts of its variance: a lead of the group weighs 1 more than one drawn."""
    positives, negatives = mixed
    m, n = positives.sum(axis=1, keepdims=True), negatives.sum(axis=1, keepdims=True)
    won = (np.cumsum(negatives, axis=1) - negatives / 2) / n
    beaten = (m - np.cumsum(positives, axis=1) + positives / 2) / m
    value = (positives * won).sum(axis=1, keepdims=True) / m
    parts = []
    for side, placed, size in ((table.positives, won, m), (table.negatives, beaten, n)):
        squares = side * (1 + drawn) ** 2 + (side.sum(axis=0) - side) * drawn**2
        parts.append((squares * (placed - value) ** 2).sum(axis=1) / size[:, 0] ** 2)
    return _rounded(value[:, 0]), (parts[0], parts[1])


def _rounded(value: FloatArray) -> FloatArray:
    """Sums of thirds may come to a little more than 1; a separated group has an AUC of exactly 1 or 0."""
    value = np.where(value > 1 - ROUNDING, 1.0, value)
    return np.where(value < ROUNDING, 0.0, value)
