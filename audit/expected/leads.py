"""Day cubes become leads by day, group, score and decision: all that the estimates need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.cube import Axis, Cube
from audit.schema import BadInput, Stream
from audit.tally import arrow, score_edges
from audit.tally.columns import (
    ATTRIBUTE,
    CONTROL,
    NO,
    OPTION,
    OUTCOME,
    SCORE,
    SELECTED,
    WORKED,
    YES,
    Column,
    counted_columns,
    with_decision,
)  # fmt: skip
from audit.tally.limits import check_levels

DAY = "day"
SELECTED_STATE, REJECTED_STATE, NO_DECISION = 0, 1, 2
MOST_GROUPS = 50
"""Groups of one attribute that are estimated, the largest first."""
EPOCH = date(1970, 1, 1)
_FACTS = (SCORE, SELECTED, OUTCOME, WORKED)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leads:
    """The leads of one attribute's groups (of all together where it is empty), a row per kind of lead.

    ``day`` counts from 1970; ``score`` is the code on the score axis (0 for all without one), ``blank`` the
    code of leads without a score. Of each row: leads that ``won`` and ``lost``, worked ones that are
    ``open``, and ``unworked`` ones without a usable outcome.
    """

    attribute: str
    names: tuple[str, ...]
    blank: int
    decided: bool
    day: IntArray
    group: IntArray
    score: IntArray
    state: IntArray
    won: FloatArray
    lost: FloatArray
    open: FloatArray
    unworked: FloatArray

    @property
    def known(self) -> FloatArray:
        """Leads with a usable outcome."""
        return self.won + self.lost

    def where(self, rows: BoolArray) -> Leads:
        """These rows only; the groups stay."""
        parts = ("day", "group", "score", "state", "won", "lost", "open", "unworked")
        return replace(self, **{name: getattr(self, name)[rows] for name in parts})


def dated(table: pa.Table, stream: Stream) -> Cube:
    """The cube of an admitted table with its day of creation as one more axis.

    Raises
    ------
    BadInput
        Where the table has no day, or a column has too many values to count.
    """
    if "created" not in table.column_names:
        msg = 'the stream has no created; add created = "column" to it, so that cohorts can be told apart'
        raise BadInput(msg)
    table = with_decision(table, stream)
    dropped = [one for one in table.column_names if one.startswith(CONTROL) or one == OPTION]
    table = table.drop_columns(dropped)
    columns = counted_columns(table)
    check_levels(table, columns)
    day = pc.cast(table["created"], pa.string()).dictionary_encode()
    table = table.append_column(DAY, day)
    return arrow.count(table, (Column(name=DAY, kind="category"), *columns), score_edges(table, stream))


def stacked(days: Mapping[date, Cube]) -> Cube:
    """Cubes of days as one cube with the day as one more axis.

    Raises
    ------
    ValueError
        Where the cubes have different axes, or score axes with different edges.
    """
    if not days:
        msg = "there is no day"
        raise ValueError(msg)
    ordered = sorted(days.items())
    axes = _joined([cube for _, cube in ordered])
    codes = [_on_axes(cube, axes, place) for place, (_, cube) in enumerate(ordered)]
    return Cube(
        axes=(Axis(DAY, tuple(str(day) for day, _ in ordered)), *axes),
        codes=np.concatenate(codes),
        n=np.concatenate([cube.n for _, cube in ordered]),
        score_sum=np.concatenate([cube.score_sum for _, cube in ordered]),
        score_squares=np.concatenate([cube.score_squares for _, cube in ordered]),
    )


def cut(cube: Cube) -> dict[date, Cube]:
    """A dated cube as cubes of its days."""
    rest = tuple(name for name in cube.names if name != DAY)
    return {date.fromisoformat(day): cube.where(DAY, day).project(*rest) for day in cube.axis(DAY).levels}


def leads_of(cube: Cube, attribute: str) -> Leads:
    """The leads of one attribute of a dated cube, of all leads where it is empty."""
    name = ATTRIBUTE + attribute
    facts = tuple(fact for fact in _FACTS if fact in cube.names)
    part = cube.project(DAY, *([name] if attribute else []), *facts)
    edges = part.axis(SCORE).edges if SCORE in facts else ()
    days = np.array([(date.fromisoformat(one) - EPOCH).days for one in part.axis(DAY).levels], dtype=np.int64)
    zero = np.zeros(len(part.n), dtype=np.int64)
    won, lost, pending, unworked = _outcomes(part)
    return Leads(
        attribute=attribute,
        names=part.axis(name).levels if attribute else ("",),
        blank=len(edges) + 1,
        decided=SELECTED in facts,
        day=days[part.column(DAY)] if len(days) else zero,
        group=part.column(name) if attribute else zero,
        score=part.column(SCORE) if SCORE in facts else zero,
        state=_states(part),
        won=won,
        lost=lost,
        open=pending,
        unworked=unworked,
    )


def large(group: IntArray, n: FloatArray, minimum: int) -> list[int]:
    """Groups with the minimum of leads, the `MOST_GROUPS` largest of them, in their order."""
    found = np.bincount(group, n)
    enough = np.flatnonzero(found >= max(minimum, 1))
    return sorted(enough[np.argsort(-found[enough], kind="stable")][:MOST_GROUPS].tolist())


def day_of(number: int) -> date:
    """The date of a day counted from 1970."""
    return EPOCH + timedelta(days=int(number))


def number_of(day: date) -> int:
    """A date as days from 1970."""
    return (day - EPOCH).days


def _at(part: Cube, axis: str, level: str) -> BoolArray:
    if axis not in part.names or level not in part.axis(axis).levels:
        return np.zeros(len(part.n), dtype=np.bool_)
    return np.equal(part.column(axis), part.axis(axis).levels.index(level))


def _outcomes(part: Cube) -> Iterator[FloatArray]:
    """Won, lost, open and unworked leads of each row: a lead nobody worked has no honest outcome."""
    n = part.n.astype(np.float64)
    worked = _at(part, WORKED, YES) if WORKED in part.names else np.ones(len(n), dtype=np.bool_)
    won, lost = (_at(part, OUTCOME, one) & worked for one in (YES, NO))
    for cells in (won, lost, worked & ~won & ~lost, ~worked):
        yield np.where(cells, n, 0.0)


def _states(part: Cube) -> IntArray:
    rejected = np.where(_at(part, SELECTED, NO), REJECTED_STATE, NO_DECISION)
    return np.where(_at(part, SELECTED, YES), SELECTED_STATE, rejected).astype(np.int64)


def _joined(cubes: list[Cube]) -> tuple[Axis, ...]:
    """Axes that hold the levels of all cubes."""
    first = cubes[0]
    for cube in cubes:
        if cube.names != first.names or any(
            a.edges != b.edges for a, b in zip(cube.axes, first.axes, strict=True)
        ):
            msg = "cubes of days must have the same axes and the same edges of the score"
            raise ValueError(msg)
    levels = ({level for cube in cubes for level in cube.axes[i].levels} for i in range(len(first.axes)))
    return tuple(
        Axis(axis.name, tuple(sorted(found)), axis.edges)
        for axis, found in zip(first.axes, levels, strict=True)
    )


def _on_axes(cube: Cube, axes: tuple[Axis, ...], day: int) -> IntArray:
    columns = [np.full(len(cube.n), day, dtype=np.int64)]
    for place, (old, new) in enumerate(zip(cube.axes, axes, strict=True)):
        column = cube.codes[:, place]
        if not old.edges and len(column):
            column = np.array([new.levels.index(one) for one in old.levels], dtype=np.int64)[column]
        columns.append(column)
    return np.stack(columns, axis=1)
