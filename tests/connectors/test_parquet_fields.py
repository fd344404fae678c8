"""Columns of a Parquet file that are read when they are asked for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.schema import BadInput
from connectors.files import parquet_fields
from connectors.files.parquet_fields import ParquetFields
from connectors.files.reading import rows_known

ROWS = 1_000
TABLE = pa.table(
    {
        "a": np.arange(ROWS),
        "b": pa.array([f"t{place % 7}" for place in range(ROWS)]).dictionary_encode(),
        "c": pa.array([None if place % 5 == 0 else place / 2 for place in range(ROWS)]),
    }
)


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_fields, "BATCH", 64)
    pq.write_table(TABLE, tmp_path / "leads.parquet", row_group_size=300)
    return tmp_path / "leads.parquet"


@pytest.mark.parametrize(
    "rows",
    [[], [0], [999], [63, 64, 65], [299, 300], list(range(ROWS)), [5, 700, 701, 950]],
    ids=["none", "first", "last", "batches", "groups", "all", "some"],
)
def test_some_rows_are_those_of_the_table(path, rows):
    fields = ParquetFields(path=path, names=("a", "b", "c"), several=("c", "b"))
    found = fields.some(np.array(rows, dtype=np.int64))
    expected = TABLE.select(["c", "b"]).take(pa.array(rows, pa.int64()))
    assert found.select(["c", "b"]).to_pylist() == expected.to_pylist()
    assert found.schema.types == [TABLE.schema.field(name).type for name in found.column_names]


def test_a_column_is_read_whole(path):
    fields = ParquetFields(path=path, names=("a", "b"), several=())
    assert fields.column("b").to_pylist() == TABLE.column("b").to_pylist()
    assert rows_known(path) == ROWS


def test_a_damaged_file_is_refused_wherever_it_is_read(path):
    content = bytearray(path.read_bytes())
    content[4:4_000] = bytes(3_996)
    path.write_bytes(content)
    fields = ParquetFields(path=path, names=("a", "b", "c"), several=("a", "b", "c"))
    with pytest.raises(BadInput, match="damaged"):
        fields.some(np.arange(ROWS))
    with pytest.raises(BadInput, match="damaged"):
        fields.column("a")


def test_only_parquet_knows_its_rows_beforehand(tmp_path):
    (tmp_path / "leads.csv").write_text("a,b\n1,2\n")
    assert rows_known(tmp_path / "leads.csv") is None
