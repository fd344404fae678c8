"""The columns of a large Parquet file that are not held: one is read when asked for, or some rows of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from connectors.files.parquet import read_parquet, reading_parquet

BATCH = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class ParquetFields:
    """Some columns of a file, by name, in the file's order; ``several`` are those that `some` gives.

    Raises BadInput where the file is damaged, as the readers of files do.
    """

    path: Path
    names: tuple[str, ...]
    several: tuple[str, ...]

    def column(self, name: str) -> pa.ChunkedArray:
        """One of them, whole."""
        return read_parquet(self.path, [name]).table.column(name)

    def some(self, rows: NDArray[np.int64]) -> pa.Table:
        """``several``, of the rows at these places (0-based, ascending); a batch is held at a time."""
        with reading_parquet(self.path) as file:
            schema = pa.schema([file.schema_arrow.field(name) for name in self.several])
            parts = list(self._parts(file, rows))
        return pa.concat_tables(parts) if parts else schema.empty_table()

    def _parts(self, file: pq.ParquetFile, rows: NDArray[np.int64]) -> Iterator[pa.Table]:
        start = 0
        for batch in file.iter_batches(BATCH, columns=list(self.several)):
            end = start + batch.num_rows
            first, last = np.searchsorted(rows, (start, end))
            if first < last:
                yield pa.Table.from_batches([batch]).take(pa.array(rows[first:last] - start))
            start = end
