"""What is left of a gap among leads that are alike in the controls of the stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.cube import Cube, keys
from audit.disparity.contrast import Contrast
from audit.disparity.pooled import Pooled, contrast
from audit.disparity.stratified import (
    Means,
    Strata,
    mean_difference,
    odds_ratio,
    risk_difference,
    risk_ratio,
)
from audit.disparity.stratified_exact import no_difference_p
from audit.grouping import Grouping, grouping_with
from audit.inference import student_p
from audit.intervals import quantile, student
from audit.metrics.confusion import usable
from audit.metrics.score_metrics import ROUNDING, moments, scored
from audit.schema import Tolerance
from audit.tally.columns import CONTROL, NO, OUTCOME, SCORE, SELECTED, YES

NO_RATIO = "on one side no lead is selected where both have leads, so there is no ratio"


def conditional_contrasts(
    cube: Cube, part: Grouping, reference: int, audit: Tolerance, width: float
) -> Iterator[Contrast]:
    """Compare the groups of one attribute with the reference within strata of the controls.

    Nothing where the stream has no controls, or for a crossing of attributes. ``width`` is that of
    the score's range.
    """
    controls = tuple(name for name in cube.names if name.startswith(CONTROL))
    if not controls or len(part.attributes) != 1:
        return
    within = _Within(
        part=grouping_with(cube, part.attributes, controls), controls=controls, reference=reference
    )
    if within.part.has(SELECTED):
        chosen, passed = within.part.at(SELECTED, YES), within.part.at(SELECTED, NO)
        selection = within.strata(chosen, chosen | passed)
        yield _rate("conditional_selection_rate", selection, audit)
        yield from _ratios(selection, audit)
        if within.part.has(OUTCOME):
            won = usable(within.part, YES)
            found = within.strata(won & chosen, won & (chosen | passed))
            yield _rate("conditional_true_positive_rate", found, audit)
    if within.part.has(SCORE):
        yield _mean(within, audit, width)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Within:
    """The cells of an attribute and the controls, and which group the others are compared with."""

    part: Grouping
    controls: tuple[str, ...]
    reference: int

    @property
    def stratum(self) -> IntArray:
        """The combination of the controls of each cell, as codes without gaps."""
        axes = [self.part.cube.axis(name) for name in self.controls]
        codes = np.stack([self.part.cube.column(name) for name in self.controls], axis=1)
        return np.unique(keys(codes, tuple(axis.size for axis in axes)), return_inverse=True)[1].astype(
            np.int64
        )

    def strata(self, hits: BoolArray, all_of: BoolArray) -> Strata:
        """The strata in which a group and the reference both have leads among ``all_of``."""
        n = self.part.cube.n.astype(np.float64)
        return self.paired(n * all_of, n * hits)

    def paired(self, n: FloatArray, hits: FloatArray) -> Strata:
        """Two sums per cell, by group and stratum, beside those of the reference."""
        stratum = self.stratum
        size = int(stratum.max(initial=0)) + 1
        key, place = np.unique(self.part.index * size + stratum, return_inverse=True)
        group, here = key // size, key % size
        total, marked = (sum_by(place, values, len(key)) for values in (n, hits))
        own = group == self.reference
        other_n, other_hits = np.zeros(size), np.zeros(size)
        other_n[here[own]], other_hits[here[own]] = total[own], marked[own]
        both = (total > 0) & (other_n[here] > 0)
        return Strata(
            group=group[both],
            groups=len(self.part.groups),
            hits=marked[both],
            n=total[both],
            other_hits=other_hits[here[both]],
            other_n=other_n[here[both]],
        )


def _rate(metric: str, strata: Strata, audit: Tolerance) -> Contrast:
    with np.errstate(invalid="ignore", divide="ignore"):
        value, ends, variance = risk_difference(strata, audit.confidence)
        pooled = Pooled(
            metric=metric,
            kind="difference",
            value=value,
            ends=ends,
            p=no_difference_p(strata),
            variance=variance,
            n=strata.sum(strata.n),
            other_n=strata.sum(strata.other_n),
        )
    return contrast(pooled, audit, NO_RATIO)


def _ratios(strata: Strata, audit: Tolerance) -> Iterator[Contrast]:
    """The ratio of rates and the common odds ratio: one hypothesis with the difference."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p = no_difference_p(strata)
        for metric, (value, ends) in (
            ("conditional_selection_rate", risk_ratio(strata, audit.confidence)),
            ("conditional_selection_odds", odds_ratio(strata, audit.confidence)),
        ):
            pooled = Pooled(
                metric=metric,
                kind="ratio",
                value=value,
                ends=ends,
                p=p,
                variance=(np.log(ends[1] / ends[0]) / (2 * quantile(audit.confidence))) ** 2,
                n=strata.sum(strata.n),
                other_n=strata.sum(strata.other_n),
            )
            yield contrast(pooled, audit, NO_RATIO)


def _mean(within: _Within, audit: Tolerance, width: float) -> Contrast:
    means, df = _means(within)
    with np.errstate(invalid="ignore", divide="ignore"):
        value, variance = mean_difference(means)
        bound = _bound(means.strata, width, audit.confidence)
        variance = np.where(variance > (ROUNDING * width) ** 2, variance, bound)
        pooled = Pooled(
            metric="conditional_mean_score",
            kind="difference",
            value=value,
            ends=student(value, variance, df, audit.confidence),
            p=student_p(np.where(value == 0, 0.0, value / np.sqrt(variance)), df),
            variance=variance,
            n=means.strata.sum(means.strata.n),
            other_n=means.strata.sum(means.strata.other_n),
            unit=width,
        )
    return contrast(pooled, audit, NO_RATIO)


def _bound(strata: Strata, width: float, confidence: float) -> FloatArray:
    """Squared standard error where no stratum shows a spread: from Hoeffding's bound on both means."""
    weight = strata.sum(strata.weight)
    shares = strata.sum(strata.weight**2 / strata.n) + strata.sum(strata.weight**2 / strata.other_n)
    half = width * np.sqrt(np.log(2 / (1 - confidence)) / 2 * shares) / weight
    return np.asarray((half / quantile(confidence)) ** 2, dtype=np.float64)


def _means(within: _Within) -> tuple[Means, FloatArray]:
    """Means by stratum, variances pooled over the strata of each group, and their degrees of freedom."""
    cells = scored(within.part)
    n, first, second = moments(within.part.cube)
    totals = within.paired(n * cells, np.where(cells, first, 0.0))
    squares = within.paired(n * cells, np.where(cells, second, 0.0))
    own, other = totals.hits / totals.n, totals.other_hits / totals.other_n
    own_df, other_df = totals.sum(totals.n - 1), totals.sum(totals.other_n - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = Means(
            strata=totals,
            mean=own,
            other_mean=other,
            variance=totals.sum(squares.hits - totals.hits * own) / own_df,
            other_variance=totals.sum(squares.other_hits - totals.other_hits * other) / other_df,
        )
    return means, own_df + other_df
