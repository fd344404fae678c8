"""Records of a CSV file one by one: slower than Arrow, but it knows lines and wrong widths."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from audit.schema import BadInput
from connectors.files.dialect import Dialect

_CHUNK = 10_000
# A long note is no damage. What really never ends is found by _check_closed.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A UTF-8 text with its dialect; ``name`` is the file's, for messages."""

    content: bytes
    dialect: Dialect
    name: str


def locate(text: Text, records: Sequence[int]) -> tuple[int, ...]:
    """The line on which each record begins (lines count from 1, blank ones too)."""
    wanted = set(records)
    if not wanted:
        return ()
    found: dict[int, int] = {}
    try:
        for number, (line, _) in enumerate(islice(_records(text), max(wanted) + 1)):
            if number in wanted:
                found[number] = line
    except BadInput:  # what follows the last good record has no line of its own
        pass
    return tuple(found[record] for record in records if record in found)


def read_slowly(text: Text, columns: Sequence[str]) -> tuple[pa.Table, tuple[int, ...]]:
    """The records as wide as the header as a table of texts, and the numbers of the others."""
    width = len(text.dialect.names)
    positions = [text.dialect.names.index(column) for column in columns]
    schema = pa.schema([(column, pa.string()) for column in columns])
    ragged: list[int] = []
    batches: list[pa.RecordBatch] = []
    numbered = enumerate(fields for _, fields in _records(text))
    while chunk := list(islice(numbered, _CHUNK)):
        ragged += [number for number, fields in chunk if len(fields) != width]
        good = [fields for _, fields in chunk if len(fields) == width]
        arrays = [pa.array([fields[position] for fields in good], pa.string()) for position in positions]
        batches.append(pa.record_batch(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema=schema), tuple(ragged)


def _records(text: Text) -> Iterator[tuple[int, list[str]]]:
    """The first line and the fields of every record below the header; blank lines are no records."""
    read: list[str] = []
    reader = csv.reader(_kept(text.content, read), delimiter=text.dialect.delimiter)
    header = True
    line, last = 1, ""
    try:
        for fields in reader:
            if fields and not header:
                yield line, fields
            header = header and not fields
            line = reader.line_num + 1
            last, read[:] = "".join(read), []
    except csv.Error:
        msg = f"{text.name}: line {line} holds a field that does not end; close its quotation mark"
        raise BadInput(msg) from None
    _check_closed(text, last, line)


def _kept(content: bytes, read: list[str]) -> Iterator[str]:
    for line in io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline=""):
        read.append(line)
        yield line


def _check_closed(text: Text, last: str, after: int) -> None:
    """A quotation mark that is never closed swallows every row after it: refuse the file."""
    try:
        list(csv.reader(io.StringIO(last, newline=""), delimiter=text.dialect.delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            line = after - len(list(io.StringIO(last, newline="")))
            msg = f"{text.name}: line {line} opens a quotation mark that is never closed; close it"
            raise BadInput(msg) from None
