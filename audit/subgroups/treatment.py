"""How a lead was treated: what the search compares, as a number per lead that is higher where better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.cube import keys
from audit.schema import Stream
from audit.subgroups.fields import Field
from audit.tally.columns import OUTCOME, SCORE, SELECTED, WORKED, with_decision

N, SUM, SQUARES = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Treatment:
    """One metric per lead: whether it is defined there, and its value on a scale of width 1.

    ``rate`` says that the value is 0 or 1. ``unit`` turns a mean back into the metric's own unit,
    as ``offset + unit * mean``; it is negative where a lower score is better.
    """

    metric: str
    used: BoolArray
    value: FloatArray
    rate: bool
    offset: float = 0.0
    unit: float = 1.0


def treatments(table: pa.Table, stream: Stream, scale: tuple[float, float] | None) -> tuple[Treatment, ...]:
    """Share selected, share selected of those that converted, mean score, and score beyond outcome.

    As far as the table has what they need, the most direct first. As everywhere, outcomes count where
    they are known and, where work is recorded, somebody worked the lead. A metric on which all leads
    are the same is left out.
    """
    table = with_decision(table, stream)
    every = np.ones(table.num_rows, dtype=np.bool_)
    known, won = usable_outcomes(table)
    made: list[Treatment] = []
    if SELECTED in table.column_names:
        decided, selected = _truth(table[SELECTED])
        value = selected.astype(np.float64)
        made.append(Treatment(metric="selection_rate", used=decided, value=value, rate=True))
        made.append(Treatment(metric="true_positive_rate", used=decided & won, value=value, rate=True))
    if SCORE in table.column_names and scale is not None and scale[1] > scale[0]:
        score = np.asarray(table[SCORE].to_numpy(), dtype=np.float64)
        every &= np.isfinite(score)
        promise = np.where(every, (score - scale[0]) / (scale[1] - scale[0]), 0.0)
        promise = promise if stream.higher_is_better else 1 - promise
        made.append(_mean_score(every, promise, stream, scale))
        gap = np.where(known & every, promise - won, 0.0)
        made.append(Treatment(metric="score_outcome_gap", used=known & every, value=gap, rate=False))
    return tuple(one for one in made if one.used.any() and np.ptp(one.value[one.used]) > 0)


def cells(
    searched: tuple[Field, ...], found: tuple[Treatment, ...], rows: BoolArray, account: IntArray
) -> tuple[tuple[Field, ...], FloatArray, IntArray]:
    """Rows become the cube of the search: one cell per combination of levels (and account) that occurs.

    Returns the fields with a code per cell, an array of metrics x (n, sum, sum of squares) x cells, and
    the account of each cell (0 where rows are not told apart by it).
    """
    codes = np.stack([*(one.codes[rows] for one in searched), account[rows]], axis=1)
    sizes = (*(one.size for one in searched), int(account.max(initial=0)) + 1)
    _, first, cell = np.unique(keys(codes, sizes), return_index=True, return_inverse=True)
    moments = np.stack([_moments(one, rows, cell, len(first)) for one in found])
    by_cell = tuple(
        Field(name=one.name, role=one.role, levels=one.levels, codes=codes[first, place])
        for place, one in enumerate(searched)
    )
    return by_cell, moments, account[rows][first]


def _moments(one: Treatment, rows: BoolArray, cell: IntArray, size: int) -> FloatArray:
    used = one.used[rows].astype(np.float64)
    value = np.where(one.used, one.value, 0.0)[rows]
    return np.stack([sum_by(cell, weights, size) for weights in (used, value, value**2)])


def _mean_score(
    every: BoolArray, promise: FloatArray, stream: Stream, scale: tuple[float, float]
) -> Treatment:
    width = scale[1] - scale[0]
    up = stream.higher_is_better
    return Treatment(
        metric="mean_score",
        used=every,
        value=promise,
        rate=False,
        offset=scale[0] if up else scale[1],
        unit=width if up else -width,
    )


def usable_outcomes(table: pa.Table) -> tuple[BoolArray, BoolArray]:
    """Whether the outcome may be used, and whether it is a yes that may be."""
    if OUTCOME not in table.column_names:
        none = np.zeros(table.num_rows, dtype=np.bool_)
        return none, none
    known, won = _truth(table[OUTCOME])
    if WORKED in table.column_names:
        known = known & _truth(table[WORKED])[1]
    return known, won & known


def _truth(column: pa.ChunkedArray) -> tuple[BoolArray, BoolArray]:
    """Whether it is known, and whether it is true."""
    known = np.asarray(pc.is_valid(column).to_numpy(), dtype=np.bool_)
    return known, np.asarray(column.fill_null(False).to_numpy(), dtype=np.bool_)
