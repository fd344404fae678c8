"""The Parquet files of a run: the five columns of the rates, and the whole file that an audit reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.suite.leads import ATTRIBUTES, FIELDS, THRESHOLD, Leads, levels, made

GROUP = 1 << 20
"""Leads in a row group."""
STREAM = f"""[stream]
name = "benchmark"
key = "lead_id"
score = "score"
threshold = {THRESHOLD}
outcome = "outcome"
created = "created"
features = [{", ".join(f'"{name}"' for name in FIELDS)}]

""" + "\n".join(f'[[stream.attribute]]\nname = "{name}"\n' for name in ATTRIBUTES)


def write_five(path: Path, number: int) -> None:
    """Attributes, score and outcome of so many leads, made a row group at a time."""
    _write(path, (_five(part) for part in _parts(number, fields=False)))


def write_whole(path: Path, number: int) -> None:
    """The same with a key, a day of creation and twelve fields."""
    starts = range(0, number, GROUP)
    tables = (_whole(part, start) for part, start in zip(_parts(number, fields=True), starts, strict=True))
    _write(path, tables)


def _parts(number: int, *, fields: bool) -> Iterator[Leads]:
    for seed, start in enumerate(range(0, number, GROUP)):
        yield made(min(GROUP, number - start), fields=fields, seed=seed)


def _write(path: Path, tables: Iterator[pa.Table]) -> None:
    writer: pq.ParquetWriter | None = None
    for table in tables:
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=GROUP)
    if writer:
        writer.close()


def _named(codes: np.ndarray, name: str) -> pa.Array:
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), list(levels(name)))


def _five(leads: Leads) -> pa.Table:
    attributes = {name: _named(codes, name) for name, codes in leads.attributes.items()}
    return pa.table({**attributes, "score": leads.score, "outcome": leads.outcome.astype(bool)})


def _whole(leads: Leads, start: int) -> pa.Table:
    names = {name: _named(codes, name) for name, codes in leads.names.items()}
    day = pa.array((np.arange(len(leads)) % 365 + 20_000).astype(np.int32), pa.date32())
    key = pa.array(np.arange(start, start + len(leads)).astype(str))
    return pa.table({"lead_id": key, **_columns(_five(leads)), "created": day, **names, **leads.numbers})


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))
