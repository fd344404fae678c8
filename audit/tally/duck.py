"""The DuckDB engine: one GROUP BY over the table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import IntArray
from audit.cube import Axis, Cube
from audit.tally.columns import NO, SCORE, YES, Column


def count(table: pa.Table, columns: tuple[Column, ...], edges: tuple[float, ...]) -> Cube:
    """Count the table in DuckDB.

    Scores are added as whole multiples of a power of two, because a parallel sum of floats would
    differ from run to run in its last digits.
    """
    step = _step(table)
    # DuckDB takes "region" and "Region" for one column: it is given neutral names.
    neutral = pa.table({f"column{i}": table[column.name] for i, column in enumerate(columns)})
    cells = _grouped(neutral, edges, _query(columns, edges, step))
    coded = [_coded(cells[f"axis{i}"], column, edges) for i, column in enumerate(columns)]
    return Cube(
        axes=tuple(axis for axis, _ in coded),
        codes=np.array([codes for _, codes in coded], dtype=np.int64).T,
        n=np.asarray(cells["n"], dtype=np.int64),
        score_sum=np.asarray(cells["total"], dtype=np.float64) * step,
        score_squares=np.asarray(cells["squares"], dtype=np.float64) * step**2,
    )


def _grouped(table: pa.Table, edges: tuple[float, ...], query: str) -> dict[str, Any]:
    import duckdb  # noqa: PLC0415 - loading it costs more than a small audit

    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        connection.register("leads", table)
        bins = pa.table({"edge": pa.array(edges, pa.float64()), "bin": range(1, len(edges) + 1)})
        connection.register("edges", bins)
        cells: dict[str, Any] = connection.execute(query).fetchnumpy()
    return cells


def _query(columns: tuple[Column, ...], edges: tuple[float, ...], step: float) -> str:
    axes = [f"{_expression(f'column{i}', column, edges)} AS axis{i}" for i, column in enumerate(columns)]
    score = next((f"column{i}" for i, column in enumerate(columns) if column.kind == "score"), "")
    steps = f"(CASE WHEN isfinite({score}) THEN {score} / {step!r} END)" if edges else "0"
    sums = [
        "count(*) AS n",
        f"coalesce(sum(CAST({steps} AS HUGEINT)), 0)::DOUBLE AS total",
        f"coalesce(sum(CAST({steps} * {steps} AS HUGEINT)), 0)::DOUBLE AS squares",
    ]
    source = f"leads ASOF LEFT JOIN edges ON leads.{score} >= edges.edge" if edges else "leads"
    return f"SELECT {', '.join([*axes, *sums])} FROM {source} GROUP BY ALL"  # noqa: S608 - names are ours


def _expression(name: str, column: Column, edges: tuple[float, ...]) -> str:
    if column.kind == "score":
        return f"CASE WHEN isfinite({name}) THEN coalesce(edges.bin, 0) ELSE {len(edges) + 1} END"
    if column.kind == "truth":
        return f"CASE WHEN {name} THEN '{YES}' WHEN NOT {name} THEN '{NO}' ELSE '{column.missing}' END"
    return f"coalesce(CAST({name} AS VARCHAR), '{column.missing}')"


def _coded(values: Any, column: Column, edges: tuple[float, ...]) -> tuple[Axis, IntArray]:  # noqa: ANN401
    if column.kind == "score":
        return Axis(column.name, (), edges), np.asarray(values, dtype=np.int64)
    levels, codes = np.unique(np.asarray(values, dtype=object), return_inverse=True)
    return Axis(column.name, tuple(levels.tolist())), codes.astype(np.int64)


def _step(table: pa.Table) -> float:
    """Finest power of two whose multiples carry every score to 50 bits."""
    if SCORE not in table.column_names:
        return 1.0
    finite = pc.filter(table[SCORE], pc.is_finite(table[SCORE]))
    largest = pc.max(pc.abs(finite)).as_py() or 1.0
    return 2.0 ** (math.frexp(largest)[1] - 50)
