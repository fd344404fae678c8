"""Counting where scores are whole numbers, each with a level of its own, and every cell has a place.

Of such leads the sums of scores follow from the counts, exactly, so that one count of each block is all.
Blocks are so small that they stay near the processor, and codes as narrow as the table has them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from audit.arrays import FloatArray, IntArray
from audit.cube import Axis
from audit.tally.columns import SCORE

BLOCK = 1 << 15
PLACES = 1 << 20
"""Places that an array of cells may have."""
WIDEST = 1 << 12
"""Whole numbers from the least to the greatest edge."""

Codes = npt.NDArray[np.integer]
Cells = tuple[IntArray, IntArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scale:
    """Whole numbers from ``low`` to ``high``; ``level`` is the code of each, None where they only shift."""

    low: int
    high: int
    level: IntArray | None


def whole_cells(encoded: pa.Table, axes: tuple[Axis, ...]) -> Cells | None:
    """The cells of a table; None where it is not of this kind."""
    sizes = tuple(_size(encoded[axis.name], axis) for axis in axes)
    places = math.prod(sizes)
    scale = _scale(next((axis.edges for axis in axes if axis.edges), ()))
    if places > PLACES or (SCORE in encoded.column_names and scale is None):
        return None
    n = np.zeros(places, dtype=np.int64)
    narrow = np.min_scalar_type(places)
    for start in range(0, len(encoded), BLOCK):
        key = _key(encoded.slice(start, BLOCK), axes, sizes, scale, np.zeros(BLOCK, dtype=narrow))
        if key is None:
            return None
        found = np.bincount(key)
        n[: len(found)] += found
    live = np.flatnonzero(n)
    places_of = np.unravel_index(live, sizes)
    codes = np.array(
        [place + bool(axis.edges) for place, axis in zip(places_of, axes, strict=True)], dtype=np.int64
    ).T
    score = _score(codes, axes)
    return codes, n[live], n[live] * score, n[live] * score**2


def _size(values: pa.ChunkedArray, axis: Axis) -> int:
    """How many codes occur at most: that of missing values only where there are some, of scores the edges."""
    if axis.edges:
        return len(axis.edges)
    return axis.size if values.null_count else max(axis.size - 1, 1)


def _scale(edges: tuple[float, ...]) -> _Scale | None:
    """Of edges that are whole numbers, not too far from each other."""
    if not edges or edges[-1] - edges[0] >= WIDEST or max(map(abs, edges)) >= WIDEST:
        return None
    if any(edge != round(edge) for edge in edges):
        return None
    low, high = round(edges[0]), round(edges[-1])
    if len(edges) == high - low + 1:
        return _Scale(low=low, high=high, level=None)
    level = np.zeros(high - low + 1, dtype=np.int64)
    level[np.asarray(edges, dtype=np.int64) - low] = np.arange(1, len(edges) + 1)
    return _Scale(low=low, high=high, level=level)


def _key(
    rows: pa.Table, axes: tuple[Axis, ...], sizes: tuple[int, ...], scale: _Scale | None, key: Codes
) -> Codes | None:
    """The place of each row, written to the zeros of ``key``; None where a score is none of the edges."""
    key = key[: len(rows)]
    for axis, size in zip(axes, sizes, strict=True):
        values = rows[axis.name]
        code = _levels(values, scale) if axis.edges and scale else _codes(values, axis)
        if code is None:
            return None
        key *= key.dtype.type(size)
        key += code.astype(key.dtype, copy=False)
    return key


def _levels(values: pa.ChunkedArray, scale: _Scale) -> Codes | None:
    """The place of each score among the edges; None where one is no edge or not known."""
    if values.null_count:
        return None
    scores = np.asarray(values.to_numpy())
    if scores.dtype.kind == "f":
        whole = np.clip(np.nan_to_num(scores), scale.low, scale.high).astype(np.int16)
        if not np.array_equal(whole, scores):
            return None
        scores = whole
    elif scores.size and not scale.low <= int(scores.min()) <= int(scores.max()) <= scale.high:
        return None
    if scale.level is None:
        return scores if scale.low == 0 else scores.astype(np.int16) - np.int16(scale.low)
    level = scale.level[scores.astype(np.intp) - scale.low]
    return level - 1 if level.all() else None


def _codes(values: pa.ChunkedArray, axis: Axis) -> Codes:
    """The code of each row as narrow as it is; the last one of the axis where it is not known."""
    truth = pa.types.is_boolean(values.type)
    if truth and values.null_count:
        return np.asarray(values.cast(pa.int8()).fill_null(axis.size - 1).to_numpy())
    parts = [_bits(one) if truth else _indices(one, axis) for one in values.chunks]
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, dtype=np.int8), *parts])


def _bits(values: pa.BooleanArray) -> Codes:
    """A byte for each bit."""
    first, size = values.offset, len(values)
    packed = np.frombuffer(values.buffers()[1], dtype=np.uint8)[first // 8 : (first + size + 7) // 8]
    return np.unpackbits(packed, bitorder="little")[first % 8 : first % 8 + size]


def _indices(values: pa.DictionaryArray, axis: Axis) -> Codes:
    if values.null_count:
        return np.asarray(values.indices.cast(pa.int64()).fill_null(axis.size - 1).to_numpy())
    return np.asarray(values.indices.to_numpy())


def _score(codes: IntArray, axes: tuple[Axis, ...]) -> FloatArray:
    """The score of each cell; 0 where there is none."""
    for place, axis in enumerate(axes):
        if axis.edges:
            return np.asarray(axis.edges)[codes[:, place] - 1]
    return np.zeros(len(codes))
