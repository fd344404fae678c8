"""Excel (.xlsx): the first sheet, as texts."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

import pyarrow as pa

from audit.schema import BadInput
from connectors.files.columns import wanted_columns
from connectors.files.dialect import check_header
from connectors.files.table import FileTable

Row = tuple[int, list[str]]

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ValueError,
    TypeError,
    EOFError,
    OSError,
    LookupError,
    RuntimeError,
    AttributeError,
)


def read_excel(path: Path, columns: Sequence[str] | None) -> FileTable:
    """The rows below the first row that is not empty; empty rows are no records.

    A row with a value beyond the last named column is ragged; a short row has empty cells.
    """
    rows, notes = _rows_of(path)
    names = check_header(rows[0][1], path.name)
    return _table(path.name, rows[1:], names, columns, notes)


def excel_names(path: Path) -> tuple[str, ...]:
    """The names of the columns, without the rows."""
    rows, _ = _rows_of(path, most=1)
    return check_header(rows[0][1], path.name)


def _rows_of(path: Path, most: int | None = None) -> tuple[list[Row], tuple[str, ...]]:
    try:
        rows, notes = _sheet(path, most)
    except _DAMAGE:
        msg = f"{path.name}: this is not an Excel workbook, or it is damaged; save it again as .xlsx or CSV"
        raise BadInput(msg) from None
    if not rows:
        msg = f"{path.name}: the first sheet is empty; put the rows on the first sheet"
        raise BadInput(msg)
    return rows, notes


def _table(
    file: str, rows: list[Row], names: tuple[str, ...], columns: Sequence[str] | None, notes: tuple[str, ...]
) -> FileTable:
    if not rows:
        msg = f"{file}: the sheet has column names but no rows; export it again with its rows"
        raise BadInput(msg)
    width = len(names)
    good = [cells + [""] * (width - len(cells)) for _, cells in rows if len(cells) <= width]
    wanted = wanted_columns(file, columns, names)
    arrays = {name: pa.array([cells[names.index(name)] for cells in good], pa.string()) for name in wanted}
    numbers = [number for number, _ in rows]
    return FileTable(
        table=pa.table(arrays),
        unit="row",
        place=lambda records: tuple(numbers[record] for record in records),
        ragged=tuple(position for position, (_, cells) in enumerate(rows) if len(cells) > width),
        notes=notes,
    )


def _sheet(path: Path, most: int | None) -> tuple[list[Row], tuple[str, ...]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # noqa: PLC0415 - only Excel needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and drop-down lists, which hold no data
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            rows = list(islice(_rows(sheet.iter_rows(values_only=True)), most))
            others = len(book.worksheets) - 1
            note = (f"{path.name}: only the first sheet, {sheet.title!r}, was read.",) if others else ()
        finally:
            book.close()
    return rows, note


def _rows(values: Iterator[tuple[object, ...]]) -> Iterator[Row]:
    for number, cells in enumerate(values, start=1):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield number, texts


def _text(cell: object) -> str:
    """A cell as it reads: 60 and not 60.0, 2026-01-31 and not a midnight."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    return str(cell).strip()
