"""The default engine: Arrow dictionary codes, counted by numpy in chunks of rows."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import FloatArray, IntArray
from audit.cube import Axis, Cube, keys
from audit.tally.columns import NO, SCORE, YES, Column
from audit.tally.whole import Cells, whole_cells

CHUNK = 1 << 18
_DENSE = 1 << 20


def count(table: pa.Table, columns: tuple[Column, ...], edges: tuple[float, ...]) -> Cube:
    """Count the table in chunks, so that no array is as long as the table, and merge the cells."""
    encoded = pa.table({column.name: _encoded(table[column.name], column) for column in columns})
    axes = tuple(_axis(encoded[column.name], column, edges) for column in columns)
    codes, n, total, squares = whole_cells(encoded, axes) or _in_chunks(encoded, axes)
    return Cube(axes=axes, codes=codes, n=n, score_sum=total, score_squares=squares)


def _in_chunks(encoded: pa.Table, axes: tuple[Axis, ...]) -> Cells:
    starts = range(0, max(len(encoded), 1), CHUNK)
    parts = [_cells(encoded.slice(start, CHUNK), axes) for start in starts]
    codes, n, total, squares = (np.concatenate(part) for part in zip(*parts, strict=True))
    return codes, n, total, squares


def _encoded(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    if column.kind != "category":
        return values
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    return encoded.unify_dictionaries()


def _axis(values: pa.ChunkedArray, column: Column, edges: tuple[float, ...]) -> Axis:
    if column.kind == "score":
        return Axis(column.name, (), edges)
    if column.kind == "truth":
        return Axis(column.name, (NO, YES, column.missing))
    levels = values.chunk(0).dictionary.to_pylist() if values.num_chunks else []
    names = (column.missing if level is None else str(level) for level in levels)
    return Axis(column.name, (*names, column.missing))


def _cells(rows: pa.Table, axes: tuple[Axis, ...]) -> Cells:
    codes = np.array([_codes(rows[axis.name], axis) for axis in axes], dtype=np.int64)
    sizes = tuple(axis.size for axis in axes)
    key = keys(codes.T, sizes)
    scores = _scores(rows)
    if math.prod(sizes) <= _DENSE:
        return _densely(key, sizes, scores)
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    return codes.T[first], *_sums(cell, len(first), scores)


def _densely(key: IntArray, sizes: tuple[int, ...], scores: FloatArray) -> Cells:
    space = math.prod(sizes)
    n, total, squares = _sums(key, space, scores)
    live = np.flatnonzero(n)
    codes = np.array(np.unravel_index(live, sizes), dtype=np.int64).T
    return codes, n[live], total[live], squares[live]


def _sums(cell: IntArray, cells: int, scores: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    n = np.bincount(cell, minlength=cells).astype(np.int64)
    total, squares = (np.bincount(cell, weights, cells) for weights in (scores, scores**2))
    return n, total.astype(np.float64), squares.astype(np.float64)


def _codes(values: pa.ChunkedArray, axis: Axis) -> IntArray:
    if axis.edges:
        return _bins(_floats(values), axis.edges)
    if pa.types.is_boolean(values.type):
        indices = values.cast(pa.int64())
    else:
        indices = pa.chunked_array([chunk.indices.cast(pa.int64()) for chunk in values.chunks], pa.int64())
    codes: IntArray = pc.fill_null(indices, axis.size - 1).to_numpy()
    return codes


def _bins(scores: FloatArray, edges: tuple[float, ...]) -> IntArray:
    bins = np.searchsorted(edges, scores, side="right")
    return np.where(np.isfinite(scores), bins, len(edges) + 1).astype(np.int64)


def _floats(values: pa.ChunkedArray) -> FloatArray:
    return np.asarray(values.to_numpy(), dtype=np.float64)


def _scores(rows: pa.Table) -> FloatArray:
    if SCORE not in rows.column_names:
        return np.zeros(len(rows))
    scores = _floats(rows[SCORE])
    return np.where(np.isfinite(scores), scores, 0.0)
