"""The oracle: the tally in plain numpy, written to be read. The engines must equal it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from audit.arrays import IntArray
from audit.cube import Axis, Cube
from audit.tally.columns import NO, YES, Column


def count(table: pa.Table, columns: tuple[Column, ...], edges: tuple[float, ...]) -> Cube:
    """Count row by row what the other engines count in blocks."""
    coded = [_coded(table[column.name].to_pylist(), column, edges) for column in columns]
    codes = np.array([codes for _, codes in coded], dtype=np.int64).reshape(len(columns), len(table)).T
    scores = table["score"].to_pylist() if edges else [0.0] * len(table)
    known = np.array([x if x is not None and np.isfinite(x) else 0.0 for x in scores], dtype=np.float64)
    return Cube(
        axes=tuple(axis for axis, _ in coded),
        codes=codes,
        n=np.ones(len(table), dtype=np.int64),
        score_sum=known,
        score_squares=known**2,
    )


def _coded(
    values: list[object], column: Column, edges: tuple[float, ...]
) -> tuple[Axis, IntArray | list[int]]:
    if column.kind == "score":
        return Axis(column.name, (), edges), [_bin(value, edges) for value in values]
    truth = {True: YES, False: NO}
    names = [column.missing if v is None else truth[v] if isinstance(v, bool) else str(v) for v in values]
    levels, codes = np.unique(np.array(names, dtype=object), return_inverse=True)
    return Axis(column.name, tuple(levels)), codes.astype(np.int64)


def _bin(value: object, edges: tuple[float, ...]) -> int:
    if not isinstance(value, float) or not np.isfinite(value):
        return len(edges) + 1
    return sum(edge <= value for edge in edges)
