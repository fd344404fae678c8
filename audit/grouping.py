"""The groups of an audit: every attribute alone, and attributes crossed, out of one cube."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.cube import Cube, keys
from audit.tally.columns import ATTRIBUTE, OPTION, OUTCOME, SCORE, SELECTED, UNKNOWN, WORKED

FACTS = (SCORE, SELECTED, OUTCOME, WORKED, OPTION)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouping:
    """The leads by the levels of some attributes; all leads as one group where there are none.

    ``index`` gives the group of every cell of ``cube``, in ascending order; within a group the
    cells ascend in score. Only groups with a lead are here.
    """

    attributes: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    cube: Cube
    index: IntArray

    @property
    def known(self) -> BoolArray:
        """Groups whose every attribute is known."""
        return np.array([UNKNOWN not in group for group in self.groups], dtype=np.bool_)

    def count(self, cells: BoolArray | None = None) -> IntArray:
        """Leads of each group, in these cells only."""
        return self.sum(self.cube.n.astype(np.float64), cells).astype(np.int64)

    def sum(self, values: FloatArray, cells: BoolArray | None = None) -> FloatArray:
        """Sum of a value per cell over each group."""
        chosen = slice(None) if cells is None else cells
        return sum_by(self.index[chosen], values[chosen], len(self.groups))

    def has(self, axis: str) -> bool:
        """Whether the cube holds this fact."""
        return axis in self.cube.names

    def at(self, axis: str, level: str) -> BoolArray:
        """Cells at one level; none where the fact or the level does not occur."""
        if not self.has(axis) or level not in self.cube.axis(axis).levels:
            return np.zeros(len(self.cube.n), dtype=np.bool_)
        return np.equal(self.cube.column(axis), self.cube.axis(axis).levels.index(level))


def grouping(cube: Cube, attributes: tuple[str, ...]) -> Grouping:
    """Group the leads of a cube by the joint levels of these attributes."""
    return grouping_with(cube, attributes, ())


def grouping_with(cube: Cube, attributes: tuple[str, ...], kept: tuple[str, ...]) -> Grouping:
    """The same with further axes kept in the cells, such as the controls."""
    names = tuple(ATTRIBUTE + attribute for attribute in attributes)
    part = cube.project(*names, *kept, *(fact for fact in FACTS if fact in cube.names))
    if not attributes:
        return Grouping(attributes=(), groups=((),), cube=part, index=np.zeros(len(part.n), dtype=np.int64))
    axes = part.axes[: len(names)]
    codes = part.codes[:, : len(names)]
    _, first, index = np.unique(
        keys(codes, tuple(axis.size for axis in axes)), return_index=True, return_inverse=True
    )
    levels = [[axis.levels[code] for code in codes[first, i]] for i, axis in enumerate(axes)]
    groups = tuple(zip(*levels, strict=True))
    return Grouping(attributes=attributes, groups=groups, cube=part, index=index.astype(np.int64))


def groupings(cube: Cube, crossed: int) -> Iterator[Grouping]:
    """All leads, then each attribute alone, then crossings of up to ``crossed`` attributes."""
    names = tuple(n.removeprefix(ATTRIBUTE) for n in cube.names if n.startswith(ATTRIBUTE))
    for size in range(min(max(crossed, 1), len(names)) + 1):
        for attributes in combinations(names, size):
            yield grouping(cube, attributes)
