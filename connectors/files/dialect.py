"""The delimiter and the header of a CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from audit.schema import BadInput

_DELIMITERS = (",", ";", "\t", "|")
_UNUSUAL = (":", "^", "~", "\x1f", "\x01")  # only where none of the others parts the header
_SAMPLE = 1 << 16
_LINES = 3
_RECORDS = 50
_YEAR = re.compile(r"(19|20)\d\d")  # a column may be called 2026
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DATA = re.compile(r"[+-]?[\d.,]*\d[\d.,]*%?|\d{4}-\d{2}-\d{2}.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the columns are parted, what they are called, and where the first record starts (a byte)."""

    delimiter: str
    names: tuple[str, ...]
    body: int


def find_dialect(content: bytes, name: str) -> Dialect:
    """Read the first lines of a UTF-8 text. BadInput where they are no header."""
    start = _start(content)
    sample = start.decode(errors="ignore")
    delimiter = _delimiter(sample, whole=len(start) == len(content))
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    header = next((record for record in reader if record), [])
    return Dialect(
        delimiter=delimiter, names=check_header(header, name), body=_after(sample, reader.line_num)
    )


def check_header(header: list[str], file: str) -> tuple[str, ...]:
    """The names of the columns; an unnamed column is called by its number.

    Raises
    ------
    BadInput
        Two columns share a name, no column has one, or the line holds data.
    """
    names = tuple(cell.strip() or f"column {number}" for number, cell in enumerate(header, start=1))
    cells = [cell.strip() for cell in header if cell.strip()]
    data = sum(1 for cell in cells if _DATA.fullmatch(cell) and not _YEAR.fullmatch(cell))
    if not cells:
        msg = f"{file}: the first line names no column; put the names of the columns above the rows"
        raise BadInput(msg)
    years = all(_YEAR.fullmatch(cell) for cell in cells)
    if years or 2 * data >= len(cells) or any(_MAIL.fullmatch(cell) for cell in cells):
        msg = f"{file}: the first line holds data, not column names; put the names of the columns above it"
        raise BadInput(msg)
    repeated = [column for column, count in Counter(names).items() if count > 1]
    if repeated:
        msg = f"{file}: the header has {repeated[0]!r} more than once; give each column its own name"
        raise BadInput(msg)
    return names


def _start(content: bytes) -> bytes:
    """The first bytes: more of them where a very wide header does not end in so few."""
    size = _SAMPLE
    while size < len(content) and len(content[:size].splitlines()) < _LINES:
        size *= 2
    return content[:size]


def _delimiter(sample: str, *, whole: bool) -> str:
    for candidates in (_DELIMITERS, _UNUSUAL):
        fits = {candidate: _fit(sample, candidate, whole=whole) for candidate in candidates}
        best = max(candidates, key=fits.__getitem__)
        if fits[best] > (0.0, 0):
            return best
    return _DELIMITERS[0]


def _fit(sample: str, delimiter: str, *, whole: bool) -> tuple[float, int]:
    """How well a delimiter explains the sample: the share of records as wide as the header, and its width."""
    try:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = [len(record) for record in islice(reader, _RECORDS) if record]
    except csv.Error:
        return 0.0, 0
    if not whole and len(widths) < _RECORDS:
        widths = widths[:-1]  # the sample may end inside it
    if not widths or widths[0] < 2:
        return 0.0, 0
    alike = sum(1 for width in widths if width == widths[0])
    return alike / len(widths), widths[0]


def _after(sample: str, lines: int) -> int:
    """The byte at which the line after the first ``lines`` begins."""
    text = io.StringIO(sample, newline="")
    return len("".join(islice(text, lines)).encode())
