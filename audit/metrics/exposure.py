"""Exposure in the work queue: how much attention the places of a group's leads get.

A place gets 1 / log2(1 + place) (Singh and Joachims 2018). Exposure is told relative to the mean of all
leads: 1 is the average place, and the exposures of all groups, weighted by their leads, add up to 1.
Variances come from influence functions on the counts by score level, which include that every lead moves
the places of those below it.

References
----------
A. Singh, T. Joachims (2018). Fairness of exposure in rankings. KDD 2219-2228.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.grouping import Grouping
from audit.intervals import student
from audit.metrics.confusion import no_outcome
from audit.metrics.discount import Places, moved, places
from audit.metrics.level_table import LevelTable
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS
from audit.tally.columns import OUTCOME

LOGARITHM_OF_MOST = 600.0
SMALLEST_VARIANCE = 1e-24
Weighed = tuple[FloatArray, FloatArray]
Sides = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exposure:
    """One kind of exposure of every group, and how single leads move its logarithm.

    ``positive``, ``negative`` and ``other`` are the influences of a lead of the group itself, by score
    level and outcome (other: not known); ``apart`` that of a lead of any other group, which only moves
    places. ``common`` is what a converted and an unconverted lead of any group add besides, through a rate of
    all leads. ``table`` are the leads that they are for. ``attention`` is that of a level, ``counted``
    the leads by level whose attention is told. ``n`` are the leads whose places are counted,
    ``weakest`` the smallest count it leans on.
    """

    metric: str
    value: FloatArray
    table: LevelTable
    positive: FloatArray
    negative: FloatArray
    other: FloatArray
    apart: FloatArray
    attention: FloatArray
    counted: FloatArray
    n: FloatArray
    weakest: FloatArray
    undefined: tuple[str | None, ...]
    common: tuple[float, float] = (0.0, 0.0)

    def own(self, group: int | slice) -> Sides:
        """Influences of a group's own leads, by outcome."""
        converted, unconverted = self.common
        return self.positive[group] + converted, self.negative[group] + unconverted, self.other[group]

    def away(self, group: int | slice) -> Sides:
        """Influences of the leads of other groups, by outcome."""
        apart, (converted, unconverted) = self.apart[group], self.common
        return apart + converted, apart + unconverted, apart

    def alike(self, reference: int | None = None) -> FloatArray:
        """Squared standard error of the logarithm, were attention spread in each group as in all of them.

        Or as in the group and the reference together, of the logarithm of their ratio. The first few places
        have most of the attention: a small group without one of them seems to vary less than it does.
        """
        against = self.counted.sum(axis=0) if reference is None else self.counted + self.counted[reference]
        total, n = against.sum(axis=-1), self.counted.sum(axis=1)
        mean = against @ self.attention / total
        spread = np.maximum(against @ self.attention**2 / total - mean**2, 0.0) / np.maximum(total - 1, 1)
        parts = np.maximum(1 / n - 1 / total, 0.0) if reference is None else 1 / n + 1 / n[reference]
        return np.asarray(spread * total / mean**2 * parts, dtype=np.float64)


def exposures(part: Grouping, table: LevelTable) -> tuple[Exposure, ...]:
    """Exposure, and where outcomes are known that per merit and that of converting leads."""
    at = places(table.leads.sum(axis=0))
    smooth = table.smoothed()
    leads = table.leads.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        plain = _exposure(table, smooth, at, reasons((leads == 0, METRICS["exposure"].empty)))
        if not part.has(OUTCOME):
            return (plain,)
        return plain, _per_merit(part, table, plain), _of_converting(part, table, smooth, at)


def _relative(leads: FloatArray, table: LevelTable, at: Places) -> FloatArray:
    """Mean attention of some leads of each group over that of all leads."""
    everyone = table.leads.sum(axis=0)
    return np.asarray((leads @ at.mean / leads.sum(axis=1)) / (everyone @ at.mean / everyone.sum()))


def _moves(leads: FloatArray, at: Places) -> tuple[FloatArray, FloatArray]:
    """Influence, on the logarithm of a mean attention, of one of its own leads and of any other."""
    total = leads @ at.mean
    apart = moved(leads, at) / total[:, None]
    return apart + at.mean / total[:, None] - 1 / leads.sum(axis=1)[:, None], apart


def _exposure(
    table: LevelTable, smooth: LevelTable, at: Places, undefined: tuple[str | None, ...]
) -> Exposure:
    own, apart = _moves(smooth.leads, at)
    n = table.leads.sum(axis=1)
    return Exposure(
        metric="exposure",
        value=_relative(table.leads, table, at),
        table=smooth,
        positive=own,
        negative=own,
        other=own,
        apart=apart,
        attention=at.mean,
        counted=table.leads,
        n=n,
        weakest=n,
        undefined=undefined,
    )


def _of_converting(part: Grouping, table: LevelTable, smooth: LevelTable, at: Places) -> Exposure:
    own, apart = _moves(smooth.positives, at)
    n = table.positives.sum(axis=1)
    known = n + table.negatives.sum(axis=1)
    return Exposure(
        metric="converting_exposure",
        value=_relative(table.positives, table, at),
        table=smooth,
        positive=own,
        negative=apart,
        other=apart,
        apart=apart,
        attention=at.mean,
        counted=table.positives,
        n=n,
        weakest=n,
        undefined=reasons((known == 0, no_outcome(part)), (n == 0, METRICS["true_positive_rate"].empty)),
    )


def _per_merit(part: Grouping, table: LevelTable, plain: Exposure) -> Exposure:
    """Relative exposure over relative conversion rate."""
    positives = table.positives.sum(axis=1)
    known = positives + table.negatives.sum(axis=1)
    rate = positives / known
    overall = positives.sum() / known.sum()
    miss = 1 / known[:, None]
    return replace(
        plain,
        metric="exposure_per_merit",
        value=plain.value * overall / rate,
        positive=plain.positive - (1 / rate[:, None] - 1) * miss,
        negative=plain.negative + miss,
        common=(float((1 / overall - 1) / known.sum()), float(-1 / known.sum())),
        weakest=np.minimum(positives, plain.n),
        undefined=reasons(
            (plain.n == 0, METRICS["exposure"].empty),
            (known == 0, no_outcome(part)),
            (positives == 0, METRICS["true_positive_rate"].empty),
        ),
    )


def outcomes(table: LevelTable) -> Sides:
    """Leads with a positive outcome, with a negative one, and the others."""
    return table.positives, table.negatives, table.leads - table.positives - table.negatives


def variance(parts: Iterable[Weighed]) -> FloatArray:
    """Squared standard error of a value from leads and their influence, both by (group, level)."""
    n, first, second = (np.zeros(1) for _ in range(3))
    for leads, influence in parts:
        weighed = np.where(leads > 0, leads * influence, 0.0)
        n = n + leads.sum(axis=-1)
        first = first + weighed.sum(axis=-1)
        second = second + np.where(leads > 0, weighed * influence, 0.0).sum(axis=-1)
    return np.maximum(second - first**2 / np.maximum(n, 1), 0.0)


def exposure_measures(part: Grouping, table: LevelTable, confidence: float) -> tuple[Measure, ...]:
    """Every kind of exposure of every group, the intervals Student's on the logarithm."""
    return tuple(_measure(one, table, confidence) for one in exposures(part, table))


def _measure(one: Exposure, table: LevelTable, confidence: float) -> Measure:
    everyone = slice(None)
    counts = outcomes(one.table)
    others = (side.sum(axis=0) - side for side in counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        own, away = one.own(everyone), one.away(everyone)
        found = variance((*zip(counts, own, strict=True), *zip(others, away, strict=True)))
        found = np.fmax(np.where(found > SMALLEST_VARIANCE, found, floor(one, table)), one.alike())
        found = np.where(_by_definition(one, table), 0.0, found)
        df = np.maximum(one.weakest - 1, 1)
        low, high = student(np.log(one.value), found, df, confidence)
    return Measure(
        metric=one.metric,
        value=one.value,
        low=np.exp(low),
        high=np.exp(np.minimum(high, LOGARITHM_OF_MOST)),
        n=np.nan_to_num(one.n).astype(np.int64),
        variance=found * one.value**2,
        df=df,
        weakest=one.weakest.astype(np.int64),
        undefined=one.undefined,
    )


def floor(one: Exposure, table: LevelTable) -> FloatArray:
    """Squared standard error where no lead would move the value, as in a queue of ties: half a lead moves."""
    return np.where(_by_definition(one, table), 0.0, (0.5 / np.maximum(one.n, 1)) ** 2)


def _by_definition(one: Exposure, table: LevelTable) -> BoolArray:
    """Whether a group holds all leads: its exposure, per merit too, is 1 whatever is drawn."""
    alone = table.leads.sum(axis=1) == table.leads.sum()
    return np.asarray(alone & (one.metric != "converting_exposure"), dtype=np.bool_)
