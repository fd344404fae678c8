"""The CSV of Bulk API 2.0: every field quoted, null empty, date-times with Z, numbers as Java writes them.

Source: developer.salesforce.com, api_asynch, query_get_job_results and datafiles_prepare_csv.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.soql_fields import Column
from connectors.sandbox.salesforce.tables import Record

DELIMITERS = {
    "COMMA": ",",
    "TAB": "\t",
    "SEMICOLON": ";",
    "PIPE": "|",
    "BACKQUOTE": "`",
    "CARET": "^",
}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
Cells = Sequence[str]


def line(cells: Cells, delimiter: str, ending: str) -> str:
    """One row, each cell in double quotes, quotes doubled, everything else as it is (NUL too)."""
    return delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells) + ending


def rendered(columns: Sequence[Column], rows: Iterable[Record]) -> Iterator[list[str]]:
    """The cells of each record, in the order that the query named the fields."""
    plan = [(column.read, column.definition.type) for column in columns]
    for row in rows:
        yield [cell(read(row), kind) for read, kind in plan]


def cell(value: Value, kind: str) -> str:
    """One value as Bulk API 2.0 writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return java_double(value)
    text = str(value)
    return text.replace("+0000", "Z") if kind == "datetime" else text


def java_double(value: float) -> str:
    """As ``Double.toString``: plain from a thousandth to ten million, with an exponent outside."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    exact = next(shown for places in range(1, 18) if float(shown := f"{value:.{places}e}") == value)
    mantissa, _, exponent = exact.partition("e")
    whole, _, rest = mantissa.partition(".")
    return f"{whole}.{rest.rstrip('0') or '0'}E{int(exponent)}"


def parsed(text: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of an upload. Raises ValueError for text that is no CSV."""
    # A cell may hold a whole long text area; the limit of the csv module is one character short of it.
    csv.field_size_limit(2**27)
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row
        ]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    if not rows:
        msg = "no header row"
        raise ValueError(msg)
    return rows[0], rows[1:]
