"""The leads of which contact is known, as arrays, and the groups that are compared among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.cube import Cube
from audit.disparity.reference_group import reference_of, references
from audit.grouping import Grouping, groupings
from audit.registry.treatment import WEEK
from audit.rows.treatment.layout import equal_strata, group_of_row
from audit.schema import Stream

MOST_CHANNELS = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leads:
    """The leads of which contact is known; ``better`` is the score, higher is better.

    ``rows`` are their places in the table. ``outcome`` is -1 where it is not known.
    """

    rows: IntArray
    better: FloatArray
    contact: FloatArray
    outcome: FloatArray
    stratum: IntArray

    def of(self, some: BoolArray) -> Leads:
        """Some of the leads."""
        return Leads(
            rows=self.rows[some],
            better=self.better[some],
            contact=self.contact[some],
            outcome=self.outcome[some],
            stratum=self.stratum[some],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One attribute: the group of each lead, and the groups to compare with the reference."""

    part: Grouping
    reference: int
    group: IntArray
    wanted: tuple[int, ...]

    def of(self, some: BoolArray) -> Side:
        """The same of some of the leads."""
        return Side(part=self.part, reference=self.reference, group=self.group[some], wanted=self.wanted)


def read_leads(table: pa.Table, stream: Stream) -> Leads:
    """Leads whose contact is known, and that could be watched for a week where any could."""
    contact, outcome = (_truth(table, name) for name in ("worked", "outcome"))
    score = np.asarray(table.column("score").to_numpy(), dtype=np.float64)
    rows = (contact >= 0) & np.isfinite(score)
    if "observed_hours" in table.column_names:
        watched = np.asarray(table.column("observed_hours").to_numpy(), dtype=np.float64)
        old = rows & (watched >= WEEK)
        rows = old if old.any() else rows
    better = score if stream.higher_is_better else -score
    stratum = equal_strata(table, stream)
    return Leads(
        rows=np.flatnonzero(rows),
        better=better[rows],
        contact=contact[rows],
        outcome=outcome[rows],
        stratum=stratum[rows],
    )


def _truth(table: pa.Table, name: str) -> FloatArray:
    """1, 0, and -1 where it is not known."""
    column = table.column(name).cast(pa.int8()).fill_null(-1)
    return np.asarray(column.to_numpy(), dtype=np.float64)


def read_sides(table: pa.Table, cube: Cube, stream: Stream, everyone: Leads) -> tuple[Side, ...]:
    """Every large enough group against its reference, the 20 largest of each attribute."""
    return tuple(_sides(table, cube, stream, everyone))


def _sides(table: pa.Table, cube: Cube, stream: Stream, everyone: Leads) -> Iterator[Side]:
    parts = tuple(part for part in groupings(cube, 1) if part.attributes)
    chosen, least = references(parts, stream), stream.audit.minimum_group
    for part in parts:
        reference = reference_of(part, chosen, least)
        if reference is None:
            continue
        group = group_of_row(table, part)[everyone.rows]
        sizes = np.bincount(group[everyone.outcome >= 0], minlength=len(part.groups))
        if sizes[reference] < least:
            continue
        large = np.argsort(-sizes, kind="stable")[: MOST_CHANNELS + 1]
        wanted = [code for code in sorted(large.tolist()) if sizes[code] >= least and code != reference]
        yield Side(part=part, reference=reference, group=group, wanted=tuple(wanted))
