"""Ranking across groups: the area between two ROC curves (ABROCA), and the gap of the cross-group AUCs.

The area is never below 0, so noise alone moves it up. Its interval therefore reaches as far down and up
as sampling can move the two curves (triangle inequality), and can end at 0.

References
----------
J. Gardner, C. Brooks, R. Baker (2019). Evaluating the fairness of predictive student models through
slicing analysis. LAK 225-234. N. Kallus, A. Zhou (2019). The fairness of risk scores beyond
classification: bipartite ranking and the xAUC metric. NeurIPS 32.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray
from audit.disparity.contrast import Contrast
from audit.grouping import Grouping
from audit.inference import student_p
from audit.intervals import mover, quantile, welch_df
from audit.metrics.confusion import no_outcome
from audit.metrics.cross_auc import between
from audit.metrics.level_table import LevelTable
from audit.metrics.measure import Measure, reasons
from audit.metrics.roc_curve import area_between, curves
from audit.metrics.roc_noise import movements
from audit.registry.sources import NO_NEGATIVE, NO_POSITIVE
from audit.schema import Tolerance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sides:
    """Converted and unconverted leads of each group with a score."""

    positives: FloatArray
    negatives: FloatArray

    @property
    def weakest(self) -> FloatArray:
        """The rarer outcome of each group."""
        return np.minimum(self.positives, self.negatives)

    @property
    def n(self) -> FloatArray:
        """Both together."""
        return self.positives + self.negatives


def _sides(table: LevelTable) -> _Sides:
    return _Sides(positives=table.positives.sum(axis=1), negatives=table.negatives.sum(axis=1))


def cross_group_aucs(
    part: Grouping, table: LevelTable, reference: int, confidence: float
) -> tuple[Measure, Measure]:
    """XAUC of every group in both directions.

    The first is the probability that a converted lead of the group ranks above an unconverted one of the
    reference, the second that a converted lead of the reference ranks above an unconverted one of the
    group. Of the reference itself both are its AUC.
    """
    sides, shape = _sides(table), table.leads.shape
    other_positive = np.broadcast_to(table.positives[reference], shape)
    other_negative = np.broadcast_to(table.negatives[reference], shape)
    none = np.zeros(shape[0], dtype=np.bool_)
    unknown = (sides.n == 0, no_outcome(part))
    lacks = [one.replace("this group", "the reference group") for one in (NO_NEGATIVE, NO_POSITIVE)]
    positive = reasons(
        unknown,
        (sides.positives == 0, NO_POSITIVE),
        (none | bool(sides.negatives[reference] == 0), lacks[0]),
    )
    negative = reasons(
        unknown,
        (sides.negatives == 0, NO_NEGATIVE),
        (none | bool(sides.positives[reference] == 0), lacks[1]),
    )
    return (
        between("xauc_positive", (table.positives, other_negative), positive, confidence),
        between("xauc_negative", (other_positive, table.negatives), negative, confidence),
    )


def roc_contrasts(part: Grouping, table: LevelTable, reference: int, audit: Tolerance) -> Iterator[Contrast]:
    """The area between the ROC curves, and the xAUC gap, of each group and the reference."""
    with np.errstate(invalid="ignore", divide="ignore"):
        yield _area(part, table, reference, audit)
        yield _gap(part, table, reference, audit)


def _area(part: Grouping, table: LevelTable, reference: int, audit: Tolerance) -> Contrast:
    sides, found = _sides(table), curves(table)
    value, half, p = (np.full(len(found), np.nan) for _ in range(3))
    other = found[reference]
    moves = movements(other, reference=True)
    for place in np.flatnonzero((sides.weakest > 0) & (sides.weakest[reference] > 0)):
        value[place] = area_between(found[place], other)
        apart = np.abs(movements(found[place], reference=False) - moves)
        half[place] = np.quantile(apart.mean(axis=1), audit.confidence)
        p[place] = _p(value[place], apart)
    numbers = (value, np.maximum(value - half, 0.0), np.minimum(value + half, 1.0), p)
    error = (half / quantile(audit.confidence)) ** 2
    return _contrast(("abroca", part), numbers, error, (sides, reference, audit))


def _p(value: float, apart: FloatArray) -> float:
    """Share of the draws without a gap that are at least as far apart; beyond all of them a bound of it.

    The bound is Borell's: the area of a Gaussian process exceeds its mean as a normal number with at most
    the mean deviation does.
    """
    area = apart.mean(axis=1)
    beyond = (np.count_nonzero(area >= value) + 1) / (len(area) + 1)
    deviation = float(np.sqrt((apart**2).mean(axis=0)).mean())
    if beyond > 2 / len(area) or deviation == 0:
        return beyond
    return float(min(beyond, np.exp(-((max(value - area.mean(), 0.0) / deviation) ** 2) / 2)))


def _gap(part: Grouping, table: LevelTable, reference: int, audit: Tolerance) -> Contrast:
    one, other = cross_group_aucs(part, table, reference, audit.confidence)
    variance = one.variance + other.variance
    df = welch_df(one.variance, one.df, other.variance, other.df)
    value = one.value - other.value
    low, high = mover(one.value, (one.low, one.high), other.value, (other.low, other.high))
    p = student_p(np.where(value == 0, 0.0, value / np.sqrt(variance)), df)
    return _contrast(("xauc_gap", part), (value, low, high, p), variance, (_sides(table), reference, audit))


def _contrast(
    what: tuple[str, Grouping],
    numbers: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    variance: FloatArray,
    rule: tuple[_Sides, int, Tolerance],
) -> Contrast:
    (metric, part), (value, low, high, p), (sides, reference, audit) = what, numbers, rule
    undefined = _undefined(part, sides, reference)
    known = np.array([reason is None for reason in undefined], dtype=np.bool_)
    share = 1 / np.maximum(sides.n, 1) + 1 / max(sides.n[reference], 1.0)
    return Contrast(
        metric=metric,
        kind="difference",
        value=value,
        low=low,
        high=high,
        p=np.where(known, p, np.nan),
        n=sides.n.astype(np.int64),
        smallest=audit.minimum_group * sides.n / np.maximum(sides.weakest, 1),
        undefined=undefined,
        enough=known & (np.minimum(sides.weakest, sides.weakest[reference]) >= audit.minimum_group),
        reference_enough=bool(sides.weakest[reference] >= audit.minimum_group),
        tolerance=(-audit.tolerance_difference, audit.tolerance_difference),
        spread=variance / share,
        noise=float(np.nan_to_num(variance / share)[reference] / max(sides.n[reference], 1.0)),
    )


def _undefined(part: Grouping, sides: _Sides, reference: int) -> tuple[str | None, ...]:
    own = reasons(
        (sides.n == 0, no_outcome(part)),
        (sides.positives == 0, NO_POSITIVE),
        (sides.negatives == 0, NO_NEGATIVE),
    )
    other = own[reference]
    other = other and other.replace("this group", "the reference group")
    return tuple(reason or other for reason in own)
