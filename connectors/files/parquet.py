"""Parquet: typed columns, as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audit.schema import BadInput
from connectors.files.columns import wanted_columns
from connectors.files.table import FileTable


def read_parquet(path: Path, columns: Sequence[str] | None) -> FileTable:
    """The whole file, or only some of its columns."""
    with reading_parquet(path) as file:
        table = file.read(columns=list(wanted_columns(path.name, columns, file.schema_arrow.names)))
    _check_values(path.name, table)
    table = _plain(table)
    if not table.num_rows:
        msg = f"{path.name}: the file has columns but no rows; export it again with its rows"
        raise BadInput(msg)
    return FileTable(table=table, unit="row", place=lambda records: tuple(record + 1 for record in records))


def parquet_names(path: Path) -> tuple[str, ...]:
    """The names of the columns, without the rows."""
    with reading_parquet(path) as file:
        return tuple(file.schema_arrow.names)


def parquet_rows(path: Path) -> int:
    """How many rows there are, without reading them."""
    with reading_parquet(path) as file:
        return int(file.metadata.num_rows)


@contextmanager
def reading_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """The file, open. BadInput where it is damaged, also found in the block, or two columns share a name."""
    try:
        with pq.ParquetFile(path) as file:
            _check_names(path.name, file.schema_arrow.names)
            yield file
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise _damaged(path) from None


def _damaged(path: Path) -> BadInput:
    return BadInput(f"{path.name}: this is not a Parquet file, or it is damaged or cut off; write it again")


def _check_values(file: str, table: pa.Table) -> None:
    """Arrow reads texts without looking at them, and stumbles over a bad one only later."""
    for name, column in zip(table.column_names, table.columns, strict=True):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            msg = (
                f"{file}: column {name!r} is damaged or holds text that is not UTF-8; write it again as UTF-8"
            )
            raise BadInput(msg) from None


def _plain(table: pa.Table) -> pa.Table:
    """Views of texts as texts: Arrow cannot yet filter a view."""
    kinds = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}
    plain = [field.with_type(kinds.get(field.type, field.type)) for field in table.schema]
    return table.cast(pa.schema(plain))


def _check_names(file: str, names: Sequence[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        msg = f"{file}: there is more than one column {repeated[0]!r}; give each column its own name"
        raise BadInput(msg)
