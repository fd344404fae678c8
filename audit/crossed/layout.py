"""Where each cell of a cube stands: its combination of groups, its decision and outcome, its score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.cube import Axis, Cube, keys
from audit.tally.columns import ATTRIBUTE, NO, OUTCOME, SCORE, SELECTED, UNKNOWN, WORKED, YES

FACTS = 9
"""Decision (no, yes, unknown) by usable outcome (no, yes, none)."""
SIDES = 3
"""Usable outcomes: no, yes, none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """The cells of a cube by combination of groups, decision, outcome and score, in this order.

    ``n`` are the leads of each cell and ``score`` their mean score (0 where they have none). ``fact`` is
    ``combination * 9 + decision * 3 + outcome``, ascending; ``place`` is that of the cell in an array of
    combinations, score levels and outcomes, of which ``levels`` are not counted among the scored.
    ``members`` are the combinations of one group after the other, ``starts`` where those of each begin.
    ``part`` is the grouping of each group, ``attributes`` and ``groups`` name them, and ``known`` is False
    where an attribute of the group is not known. ``edges`` are those of the score.
    """

    n: IntArray
    score: FloatArray
    fact: IntArray
    place: IntArray
    combinations: int
    levels: int
    members: IntArray
    starts: IntArray
    part: IntArray
    attributes: tuple[tuple[str, ...], ...]
    groups: tuple[tuple[str, ...], ...]
    known: tuple[bool, ...]
    edges: tuple[float, ...]

    def by_group(self, values: FloatArray, axis: int) -> FloatArray:
        """Sums over the combinations of each group, along the axis that has one entry per combination.

        A product with a matrix would be divided among threads, which wait for each other on a busy machine.
        """
        return np.add.reduceat(np.take(values, self.members, axis=axis), self.starts, axis=axis)

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.n)


def layout(cube: Cube, crossed: int) -> Layout:
    """Lay out a cube with its attributes crossed up to so many at a time.

    The axes of controls and options are summed over. An outcome is usable as in `audit.metrics`: where work
    is recorded, only that of a worked lead.
    """
    names = [name for name in cube.names if name.startswith(ATTRIBUTE)]
    axes = [cube.axis(name) for name in names]
    codes = np.stack([cube.column(name) for name in names], axis=1) if names else np.zeros((len(cube.n), 0))
    key = keys(codes.astype(np.int64), tuple(axis.size for axis in axes))
    _, first, combination = np.unique(key, return_index=True, return_inverse=True)
    fact = combination * FACTS + _decision(cube) * SIDES + _outcome(cube)
    level, edges = _level(cube)
    order, starts = _together(fact, level, len(edges) + 2)
    n = np.add.reduceat(cube.n[order], starts)
    total = np.add.reduceat(cube.score_sum[order], starts)
    fact, level = fact[order][starts], level[order][starts]
    scored = level <= len(edges)
    place = (fact // FACTS * (len(edges) + 2) + level) * SIDES + fact % SIDES
    members, starts_of, part, attributes, groups = _groups(codes[first].astype(np.int64), axes, crossed)
    return Layout(
        n=n,
        score=np.where(scored, total / n, 0.0),
        fact=fact,
        place=place,
        combinations=len(first),
        levels=len(edges) + 2,
        members=members,
        starts=starts_of,
        part=part,
        attributes=attributes,
        groups=groups,
        known=tuple(UNKNOWN not in group for group in groups),
        edges=edges,
    )


def _together(fact: IntArray, level: IntArray, levels: int) -> tuple[IntArray, IntArray]:
    """The order of the cells, and where in it a new cell begins."""
    key = fact * levels + level
    order = np.argsort(key, kind="stable")
    return order, np.flatnonzero(np.diff(key[order], prepend=-1))


def _decision(cube: Cube) -> IntArray:
    return _truth(cube, SELECTED)


def _outcome(cube: Cube) -> IntArray:
    outcome = _truth(cube, OUTCOME)
    return np.where(_truth(cube, WORKED) == 1, outcome, 2) if WORKED in cube.names else outcome


def _truth(cube: Cube, name: str) -> IntArray:
    """0 for no, 1 for yes, 2 for neither."""
    if name not in cube.names:
        return np.full(len(cube.n), 2)
    code = {NO: 0, YES: 1}
    return np.array([code.get(level, 2) for level in cube.axis(name).levels], dtype=np.int64)[
        cube.column(name)
    ]


def _level(cube: Cube) -> tuple[IntArray, tuple[float, ...]]:
    if SCORE not in cube.names:
        return np.ones(len(cube.n), dtype=np.int64), ()
    return cube.column(SCORE), cube.axis(SCORE).edges


Groups = tuple[IntArray, IntArray, IntArray, tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]


def _groups(combination: IntArray, axes: Sequence[Axis], crossed: int) -> Groups:
    """The groups of every grouping of up to so many attributes, and which combinations are of each."""
    rows: list[IntArray] = []
    part: list[int] = []
    attributes: list[tuple[str, ...]] = []
    names: list[tuple[str, ...]] = []
    places = [
        one for size in range(1, min(crossed, len(axes)) + 1) for one in combinations(range(len(axes)), size)
    ]
    for number, chosen in enumerate(places):
        codes = combination[:, list(chosen)]
        for group in np.unique(codes, axis=0).tolist():
            rows.append(np.flatnonzero((codes == group).all(axis=1)))
            names.append(tuple(axes[i].levels[code] for i, code in zip(chosen, group, strict=True)))
            part.append(number)
        attributes.append(tuple(axes[i].name.removeprefix(ATTRIBUTE) for i in chosen))
    starts = np.cumsum([0, *(len(row) for row in rows)])[:-1]
    members = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    return members, starts, np.array(part, dtype=np.int64), tuple(attributes), tuple(names)
