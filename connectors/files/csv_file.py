"""CSV: any delimiter, any common encoding, packed or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from audit.schema import BadInput
from connectors.files.columns import wanted_columns
from connectors.files.content import read_content
from connectors.files.dialect import find_dialect
from connectors.files.encoding import to_utf8
from connectors.files.records import Text, locate, read_slowly
from connectors.files.table import FileTable

_BLOCK = 1 << 24
# Excel's own first line, "sep=;". Its line end stays, so that the lines keep their numbers.
_SEPARATOR = re.compile(rb"\A\"?sep=[^\r\n]\"?(\r\n|\r|\n)", re.IGNORECASE)


def read_csv(path: Path, columns: Sequence[str] | None) -> FileTable:
    """Every column as text; nothing is guessed, so that leading zeros stay."""
    text, notes = _text(path)
    wanted = wanted_columns(path.name, columns, text.dialect.names)
    table = _read_fast(text, wanted)
    ragged: tuple[int, ...] = ()
    if table is None:
        table, ragged = read_slowly(text, wanted)
    if not table.num_rows + len(ragged):
        msg = f"{path.name}: the file has column names but no rows; export it again with its rows"
        raise BadInput(msg)
    return FileTable(table=table, unit="line", place=partial(locate, text), ragged=ragged, notes=notes)


def csv_names(path: Path) -> tuple[str, ...]:
    """The names of the columns, without the records."""
    return _text(path)[0].dialect.names


def _text(path: Path) -> tuple[Text, tuple[str, ...]]:
    content, notes = to_utf8(read_content(path), path.name)
    if not content.strip():
        msg = f"{path.name}: the file is empty; export it again with its column names and rows"
        raise BadInput(msg)
    content = _SEPARATOR.sub(rb"\1", content, count=1)
    return Text(content=content, dialect=find_dialect(content, path.name), name=path.name), notes


def _read_fast(text: Text, columns: Sequence[str]) -> pa.Table | None:
    """The table, or None where a record needs the slow reader (a wrong width, an open quotation mark)."""
    body = pa.py_buffer(text.content).slice(text.dialect.body)
    if not body.size or text.content.count(b'"') % 2:
        return None
    try:
        return pacsv.read_csv(
            pa.BufferReader(body),
            read_options=pacsv.ReadOptions(column_names=text.dialect.names, block_size=_BLOCK),
            parse_options=pacsv.ParseOptions(delimiter=text.dialect.delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                include_columns=list(columns),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
