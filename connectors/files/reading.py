"""One file in, one table out, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from audit.schema import BadInput
from connectors.files.content import check_file, readable
from connectors.files.csv_file import csv_names, read_csv
from connectors.files.excel import excel_names, read_excel
from connectors.files.parquet import parquet_names, parquet_rows, read_parquet
from connectors.files.table import FileTable

_ZIP, _PARQUET, _OLD_EXCEL = b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0"


def read_table(path: Path, columns: Sequence[str] | None = None) -> FileTable:
    """Read a CSV (any delimiter; gzip, BOM, UTF-16, Latin-1), Excel (.xlsx) or Parquet file.

    The contents decide the format, not the name.

    Parameters
    ----------
    path
        The file.
    columns
        Only these columns are kept (they must exist); None keeps all.

    Raises
    ------
    BadInput
        One sentence about what is wrong with the file, and the mend.
    """
    readers = {"excel": read_excel, "parquet": read_parquet, "csv": read_csv}
    return readers[_format(path)](path, columns)


def read_names(path: Path) -> tuple[str, ...]:
    """The names of the columns; no row is kept. BadInput as :func:`read_table`."""
    readers = {"excel": excel_names, "parquet": parquet_names, "csv": csv_names}
    return readers[_format(path)](path)


def rows_known(path: Path) -> int | None:
    """How many rows a Parquet file has; None for a file that must be read to know."""
    return parquet_rows(path) if _format(path) == "parquet" else None


def _format(path: Path) -> str:
    start = _start(path)
    if start.startswith(_OLD_EXCEL):
        msg = f"{path.name}: this is an old or protected Excel workbook; save it as .xlsx without a password"
        raise BadInput(msg)
    suffix = path.suffix.casefold()
    if start.startswith(_ZIP) or (suffix in {".xlsx", ".xlsm"} and start):
        return "excel"
    if start.startswith(_PARQUET) or (suffix in {".parquet", ".pq"} and start):
        return "parquet"
    return "csv"


def _start(path: Path) -> bytes:
    with readable(path):
        check_file(path)
        with path.open("rb") as file:
            return file.read(8)
