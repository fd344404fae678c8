"""A file of more leads than are examined one by one: its roles are read for all, its fields for some."""

from __future__ import annotations

from pathlib import Path

from audit.intake.partly import MOST_EXAMINED, Partly
from audit.intake.roles import role_columns
from audit.schema import Stream
from connectors.files.parquet_fields import ParquetFields
from connectors.files.reading import read_names, read_table, rows_known
from connectors.files.table import FileTable


def read_partly(path: Path, stream: Stream, seed: int) -> tuple[FileTable, Partly | None]:
    """A file as it is audited: whole, or where it is large Parquet the columns that have a role.

    A stream that names texts needs them of all leads. BadInput as `connectors.files.reading.read_table`.
    """
    rows = rows_known(path)
    if rows is None or rows <= MOST_EXAMINED or stream.text:
        return read_table(path), None
    roles, names = role_columns(stream), read_names(path)
    held = [name for name in names if name in roles]
    if not held:
        return read_table(path), None
    others = tuple(name for name in names if name not in roles)
    several = tuple(name for name in others if stream.features is None or name in stream.features)
    fields = ParquetFields(path=path, names=others, several=several)
    return read_table(path, held), Partly(seed=seed, most=MOST_EXAMINED, elsewhere=fields)
