"""Treatment of each group: what is done with its leads, and what is done at equal score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import FloatArray
from audit.clustering.accounts import FEWEST, Accounts, accounts_by_group
from audit.clustering.effect import DesignEffects
from audit.cube import Cube
from audit.disparity.clustered import widened_contrast
from audit.disparity.contrast import Contrast, contrasts
from audit.disparity.multiplicity import Comparison
from audit.disparity.reference_group import reference_of, references
from audit.grouping import Grouping, groupings
from audit.metrics import GroupEstimate
from audit.metrics.clustered import clustered
from audit.metrics.measure import Measure
from audit.rows.treatment.acts import Acts, acts_of
from audit.rows.treatment.figures import gaps, measures
from audit.rows.treatment.jackknife import Rows, treatment_effects
from audit.rows.treatment.layout import group_of_row
from audit.schema import Stream, Tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualMedian:
    """Median hours to the first contact of a group and of its reference, among leads alike in score."""

    attribute: tuple[str, ...]
    group: tuple[str, ...]
    hours: float
    reference_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """Estimates per group, and comparisons that are to be corrected together with all others."""

    estimates: tuple[GroupEstimate, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    medians: tuple[EqualMedian, ...] = ()


def treatment(
    table: pa.Table, cube: Cube, stream: Stream, *, timed: bool, accounts: Accounts | None = None
) -> Treatment:
    """Estimates of all leads and of each attribute's groups, and each group against its reference.

    ``timed`` is whether creation and contact have a time of day (`audit.intake.Intake`). Nothing where the
    stream names no ``contacted``, ``touches`` or ``reassigned`` and no work. Leads are equally scored when
    they are in one band of the score; where the stream names controls, they are alike in these too. With
    ``accounts`` intervals and tests are those of clustered leads.
    """
    acts = acts_of(table, stream, timed=timed)
    if not acts.any:
        return Treatment()
    each = _rows(table, cube, stream)
    effects = None if accounts is None else _effects(table, each, acts, (accounts, stream.audit))
    found = [_of_attribute(rows, acts, stream, effects) for rows in each]
    return Treatment(
        estimates=tuple(one for part in found for one in part.estimates),
        comparisons=tuple(one for part in found for one in part.comparisons),
        medians=tuple(one for part in found for one in part.medians),
    )


def _rows(table: pa.Table, cube: Cube, stream: Stream) -> tuple[Rows, ...]:
    """All leads, and each attribute with its reference."""
    parts = tuple(part for part in groupings(cube, 1) if part.groups)
    chosen = references(parts, stream)
    return tuple(
        Rows(
            part=part,
            group=group_of_row(table, part),
            reference=reference_of(part, chosen, stream.audit.minimum_group) if part.attributes else None,
        )
        for part in parts
    )


def _effects(
    table: pa.Table, each: tuple[Rows, ...], acts: Acts, rule: tuple[Accounts, Tolerance]
) -> DesignEffects:
    accounts, audit = rule
    return DesignEffects(
        effects=treatment_effects(each, acts, accounts, audit),
        accounts={rows.part.attributes: accounts_by_group(table, accounts, rows.part) for rows in each},
        fewest=FEWEST,
    )


def _of_attribute(rows: Rows, acts: Acts, stream: Stream, effects: DesignEffects | None) -> Treatment:
    part, reference, audit = rows.part, rows.reference, stream.audit
    plain = measures(rows.group, len(part.groups), acts, audit.confidence)
    estimates = tuple(_estimates(part, clustered(plain, part, effects, stream)))
    if reference is None:
        return Treatment(estimates=estimates)
    gap = gaps(rows.group, (part, reference), acts, audit)
    found = (*_marginal(plain, reference, audit), *gap.contrasts)
    wide = (widened_contrast(one, part, reference, effects, audit.confidence) for one in found)
    return Treatment(
        estimates=estimates,
        comparisons=tuple(Comparison(part=part, reference=reference, contrast=one) for one in wide),
        medians=tuple(_medians(part, gap.hours)),
    )


def _medians(part: Grouping, hours: FloatArray) -> Iterator[EqualMedian]:
    for group, own, other in zip(part.groups, *hours.tolist(), strict=True):
        if np.isfinite(own) and np.isfinite(other):
            yield EqualMedian(attribute=part.attributes, group=group, hours=own, reference_hours=other)


def _estimates(part: Grouping, measures: tuple[Measure, ...]) -> Iterator[GroupEstimate]:
    for measure in measures:
        for group, estimate in zip(part.groups, measure.estimates(), strict=True):
            yield GroupEstimate(
                attribute=part.attributes, group=group, metric=measure.metric, estimate=estimate
            )


def _marginal(measures: tuple[Measure, ...], reference: int, audit: Tolerance) -> Iterator[Contrast]:
    for measure in measures:
        if measure.metric != "mean_touches":
            yield from contrasts(measure, reference, audit, 1.0)
