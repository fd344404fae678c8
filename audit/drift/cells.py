"""Cubes as a source: every cell stands for its leads. Sums of day cubes and rows tell the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.cube import Axis, Cube
from audit.drift.calendar import EPOCH, Calendar, calendar
from audit.drift.model import Asked
from audit.drift.rows import role_of
from audit.drift.source import Coded, Source
from audit.schema import BadInput
from audit.tally.columns import NOT_YET_KNOWN, OUTCOME, SCORE, SELECTED, UNKNOWN, WORKED, YES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Stack:
    """The cells of several cubes under each other, over the union of their levels."""

    axes: tuple[Axis, ...]
    codes: IntArray
    cube: IntArray
    n: FloatArray
    sums: tuple[FloatArray, FloatArray]


def of_days(days: Sequence[tuple[date, Cube]], asked: Asked) -> Source:
    """Day cubes over the same axes, in any order; a day may come more than once.

    Raises
    ------
    BadInput
        As `audit.drift.calendar.calendar`.
    ValueError
        Where the axes of the cubes, or the edges of the score, differ.
    """
    held = [(day, cube) for day, cube in days if cube.total]
    if not held:
        message = "there are no leads to compare: count at least two days of them"
        raise BadInput(message)
    stack = _stacked([cube for _, cube in held])
    ordinals = np.asarray([(day - EPOCH).days for day, _ in held], dtype=np.int64)
    day, place = np.unique(ordinals, return_inverse=True)
    leads = np.bincount(place, [cube.total for _, cube in held]).astype(np.int64)
    made = calendar(day, leads, asked)
    return _source(stack, place.astype(np.int64)[stack.cube], made)


def of_two(reference: Cube, newest: Cube) -> Source:
    """Two windows without days.

    Raises
    ------
    BadInput
        Where a window has no leads.
    ValueError
        Where the axes of the cubes, or the edges of the score, differ.
    """
    for name, cube in (("reference", reference), ("newest", newest)):
        if not cube.total:
            message = f"the {name} window has no leads: count at least one in both"
            raise BadInput(message)
    stack = _stacked([reference, newest])
    return _source(stack, stack.cube, None)


def _source(stack: _Stack, day: IntArray, made: Calendar | None) -> Source:
    return Source(
        window=stack.cube if made is None else made.window[day],
        day=day,
        period=np.full_like(day, -1) if made is None else made.period[day],
        weight=stack.n,
        columns=partial(_columns, stack),
        truths={
            axis.name: _truth(axis, stack.codes[:, place])
            for place, axis in enumerate(stack.axes)
            if axis.name in {SELECTED, OUTCOME, WORKED}
        },
        score=_score(stack),
        account=None,
        calendar=made,
    )


def _stacked(cubes: Sequence[Cube]) -> _Stack:
    axes = tuple(_union([cube.axes[place] for cube in cubes]) for place in range(_width(cubes)))
    return _Stack(
        axes=axes,
        codes=np.concatenate([_recoded(cube, axes) for cube in cubes]),
        cube=np.repeat(np.arange(len(cubes)), [len(cube.n) for cube in cubes]),
        n=np.concatenate([cube.n for cube in cubes]).astype(np.float64),
        sums=(
            np.concatenate([cube.score_sum for cube in cubes]),
            np.concatenate([cube.score_squares for cube in cubes]),
        ),
    )


def _width(cubes: Sequence[Cube]) -> int:
    for cube in cubes:
        if cube.names != cubes[0].names:
            message = f"cubes over different axes do not add up: {cubes[0].names} and {cube.names}"
            raise ValueError(message)
    return len(cubes[0].axes)


def _union(axes: Sequence[Axis]) -> Axis:
    if any(axis.edges != axes[0].edges for axis in axes):
        message = f"the edges of the axis {axes[0].name!r} differ: count all cubes with the same edges"
        raise ValueError(message)
    return Axis(axes[0].name, tuple(sorted({level for axis in axes for level in axis.levels})), axes[0].edges)


def _recoded(cube: Cube, axes: tuple[Axis, ...]) -> IntArray:
    codes = np.array(cube.codes)
    for place, (old, new) in enumerate(zip(cube.axes, axes, strict=True)):
        if not old.edges and len(codes):
            known = {level: code for code, level in enumerate(new.levels)}
            codes[:, place] = np.asarray([known[level] for level in old.levels], dtype=np.int64)[
                codes[:, place]
            ]
    return codes


def _columns(stack: _Stack) -> Iterator[Coded]:
    for place, axis in enumerate(stack.axes):
        known = role_of(axis.name)
        if known is not None:
            role, name = known
            yield Coded(name=name, role=role, axis=axis, codes=stack.codes[:, place], missing=_missing(axis))


def _missing(axis: Axis) -> int | None:
    if axis.edges:
        return len(axis.edges) + 1
    unknown = NOT_YET_KNOWN if axis.name == OUTCOME else UNKNOWN
    return axis.levels.index(unknown) if unknown in axis.levels else None


def _truth(axis: Axis, codes: IntArray) -> tuple[FloatArray, FloatArray]:
    yes = np.asarray([level == YES for level in axis.levels], dtype=np.float64)
    missing = _missing(axis)
    known = np.ones(len(codes)) if missing is None else (codes != missing).astype(np.float64)
    return yes[codes], known


def _score(stack: _Stack) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    place = next((place for place, axis in enumerate(stack.axes) if axis.name == SCORE), None)
    if place is None:
        return None
    missing = _missing(stack.axes[place])
    known = np.where(stack.codes[:, place] == missing, 0.0, stack.n)
    return stack.sums[0], stack.sums[1], known
