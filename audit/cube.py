"""The cube: counts of leads on named axes, the one table that everything about groups is computed from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audit.arrays import FloatArray, IntArray

_LARGEST_KEY = 2**62

Measures = tuple[IntArray | FloatArray, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a cube.

    A categorical axis has ``levels``, and code i is ``levels[i]``. A numeric axis has ``edges``
    (ascending): code i holds the values v with exactly i edges <= v, so code 0 lies below the
    first edge, and code ``len(edges) + 1`` holds the leads without a value.
    """

    name: str
    levels: tuple[str, ...]
    edges: tuple[float, ...] = ()

    @property
    def size(self) -> int:
        """Number of codes, used or not."""
        return len(self.edges) + 2 if self.edges else len(self.levels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cube:
    """Sparse counts in one canonical form: equal contents are equal cubes.

    ``codes`` has one row per cell and one column per axis; ``n`` counts the leads of each cell;
    ``score_sum`` and ``score_squares`` add up their scores and squared scores. The constructor
    accepts cells in any order, with repeats and zeros, and stores them sorted and merged, with
    levels sorted and unused levels gone. Arrays are read-only.

    Cubes over the same axes form an abelian group under ``+`` and ``-``, exactly in ``n`` and up
    to rounding in the sums. Counts below zero may occur on the way.
    """

    axes: tuple[Axis, ...]
    codes: IntArray
    n: IntArray
    score_sum: FloatArray
    score_squares: FloatArray

    def __post_init__(self) -> None:
        codes = np.array(self.codes, dtype=np.int64).reshape(len(self.n), len(self.axes))
        measures: Measures = (np.array(self.n), np.array(self.score_sum), np.array(self.score_squares))
        axes = tuple(_in_order(axis, codes[:, i]) for i, axis in enumerate(self.axes))
        codes, measures = _merged(codes, measures, tuple(axis.size for axis in axes))
        axes = tuple(_without_unused(axis, codes[:, i]) for i, axis in enumerate(axes))
        parts = (codes, *(m.astype(t) for m, t in zip(measures, (np.int64, float, float), strict=True)))
        for part in parts:
            part.setflags(write=False)
        names = ("axes", "codes", "n", "score_sum", "score_squares")
        for name, value in zip(names, (axes, *parts), strict=True):
            object.__setattr__(self, name, value)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes, in order."""
        return tuple(axis.name for axis in self.axes)

    @property
    def total(self) -> int:
        """Leads in the cube."""
        return int(self.n.sum())

    def axis(self, name: str) -> Axis:
        """Look up an axis; ValueError names the axes that exist."""
        return self.axes[self._position(name)]

    def column(self, name: str) -> IntArray:
        """Codes of every cell on one axis."""
        return self.codes[:, self._position(name)]

    def project(self, *names: str) -> Cube:
        """Sum over every axis that is not named; the result has the named axes in that order."""
        positions = [self._position(name) for name in names]
        return Cube(
            axes=tuple(self.axes[i] for i in positions),
            codes=self.codes[:, positions],
            n=self.n,
            score_sum=self.score_sum,
            score_squares=self.score_squares,
        )

    def where(self, axis: str, level: str) -> Cube:
        """Cells at one level of a categorical axis; none when no lead has that level."""
        found = self.axis(axis)
        if found.edges:
            message = f"the axis {axis!r} is numeric and has no level {level!r}"
            raise ValueError(message)
        code = found.levels.index(level) if level in found.levels else -1
        return self._cells(self.column(axis) == code)

    def digest(self) -> str:
        """SHA-256 of axes and counts: the same for equal cubes, whichever engine counted.

        The score sums stay out because engines add floats in different orders; on an exact score
        axis they follow from the counts.
        """
        axes = [[axis.name, list(axis.levels), [edge.hex() for edge in axis.edges]] for axis in self.axes]
        content = hashlib.sha256(json.dumps(axes, ensure_ascii=True).encode())
        content.update(self.codes.astype("<i8").tobytes())
        content.update(self.n.astype("<i8").tobytes())
        return content.hexdigest()

    def __add__(self, other: Cube) -> Cube:
        return self._combined(other, 1)

    def __sub__(self, other: Cube) -> Cube:
        return self._combined(other, -1)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cube):
            return NotImplemented
        counts = (self.axes, self.codes.tolist(), self.n.tolist())
        if counts != (other.axes, other.codes.tolist(), other.n.tolist()):
            return False
        pairs = ((self.score_sum, other.score_sum), (self.score_squares, other.score_squares))
        return all(_same_up_to_rounding(mine, theirs) for mine, theirs in pairs)

    def __hash__(self) -> int:
        return hash(self.digest())

    def _position(self, name: str) -> int:
        if name not in self.names:
            message = f"the cube has no axis {name!r}; its axes are {', '.join(self.names)}"
            raise ValueError(message)
        return self.names.index(name)

    def _cells(self, keep: npt.NDArray[np.bool_]) -> Cube:
        return Cube(
            axes=self.axes,
            codes=self.codes[keep],
            n=self.n[keep],
            score_sum=self.score_sum[keep],
            score_squares=self.score_squares[keep],
        )

    def _combined(self, other: Cube, sign: int) -> Cube:
        axes = tuple(_union(mine, theirs) for mine, theirs in _paired(self, other))
        return Cube(
            axes=axes,
            codes=np.concatenate([_recoded(self, axes), _recoded(other, axes)]),
            n=np.concatenate([self.n, sign * other.n]),
            score_sum=np.concatenate([self.score_sum, sign * other.score_sum]),
            score_squares=np.concatenate([self.score_squares, sign * other.score_squares]),
        )


def keys(codes: IntArray, sizes: tuple[int, ...]) -> IntArray:
    """One integer per row, ordered as the rows are; equal rows have equal keys.

    The product of the sizes may exceed 63 bits: keys are then ranked on the way.
    """
    key, space = np.zeros(len(codes), dtype=np.int64), 1
    for column, size in zip(codes.T, sizes, strict=True):
        if space * size > _LARGEST_KEY:
            distinct, key = np.unique(key, return_inverse=True)
            space = len(distinct)
        key, space = key * size + column, space * size
    return key


def _merged(codes: IntArray, measures: Measures, sizes: tuple[int, ...]) -> tuple[IntArray, Measures]:
    if not len(codes):
        return codes, measures
    key = keys(codes, sizes)
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=key[order[0]] - 1))
    sums = tuple(np.add.reduceat(m[order], starts) for m in measures)
    live = sums[0] != 0
    return codes[order[starts]][live], tuple(m[live] for m in sums)


def _in_order(axis: Axis, column: IntArray) -> Axis:
    """Sort the levels, and rewrite the codes in place."""
    if axis.edges:
        return axis
    levels = tuple(sorted(set(axis.levels)))
    if levels != axis.levels:
        place = {level: code for code, level in enumerate(levels)}
        column[:] = np.array([place[level] for level in axis.levels], dtype=np.int64)[column]
    return Axis(axis.name, levels)


def _without_unused(axis: Axis, column: IntArray) -> Axis:
    if axis.edges:
        return axis
    used = np.unique(column)
    if len(used) < len(axis.levels):
        column[:] = np.searchsorted(used, column)
    return Axis(axis.name, tuple(axis.levels[code] for code in used))


def _paired(one: Cube, other: Cube) -> list[tuple[Axis, Axis]]:
    if one.names != other.names:
        message = f"cubes over different axes do not add up: {one.names} and {other.names}"
        raise ValueError(message)
    return list(zip(one.axes, other.axes, strict=True))


def _union(mine: Axis, theirs: Axis) -> Axis:
    if mine.edges != theirs.edges:
        message = f"the edges of the axis {mine.name!r} differ: count both cubes with the same edges"
        raise ValueError(message)
    return Axis(mine.name, tuple(sorted({*mine.levels, *theirs.levels})), mine.edges)


def _recoded(cube: Cube, axes: tuple[Axis, ...]) -> IntArray:
    codes = np.array(cube.codes)
    for i, (old, new) in enumerate(zip(cube.axes, axes, strict=True)):
        if not old.edges and len(codes):
            place = {level: code for code, level in enumerate(new.levels)}
            codes[:, i] = np.array([place[level] for level in old.levels], dtype=np.int64)[codes[:, i]]
    return codes


def _same_up_to_rounding(one: FloatArray, other: FloatArray) -> bool:
    scale = max((float(np.abs(part).max(initial=0)) for part in (one, other)), default=0.0)
    return bool(np.allclose(one, other, rtol=1e-9, atol=1e-9 * scale))
