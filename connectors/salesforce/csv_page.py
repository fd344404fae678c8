"""One page of a Bulk result, row by row as it comes in: a page that is cut short is noticed, never accepted.

References
----------
Salesforce, Bulk API 2.0 Developer Guide, "Get Results for a Query Job": every page repeats the header,
every field is quoted, a null is empty.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator

from connectors.salesforce.asking import Stream

# A long text of Salesforce has up to 131,072 characters, which is Python's own limit exactly.
csv.field_size_limit(2**31 - 1)


class Cut(Exception):
    """The page is not whole, or is no CSV with the expected columns."""


def csv_only(stream: Stream) -> Stream:
    """The same answer. Raises Cut where it is a page of HTML, which a proxy may send under status 200."""
    if "html" in stream.headers.get("Content-Type", "").lower():
        raise Cut
    return stream


def results_only(header: list[str] | None) -> list[str] | None:
    """The same header. Raises Cut where it has no Id, which every query asks for: that is another text."""
    if header is not None and "id" not in {name.lower() for name in header}:
        raise Cut
    return header


def rows(pieces: Iterable[bytes], *, unended: bool = False) -> Iterator[list[str]]:
    """The header, then the rows, each of as many fields. Nothing at all of an empty page.

    NUL characters, which Salesforce lets into texts, are left out. ``unended`` takes a last row without its
    line feed: one that was cut between the two halves of an escaped quote looks whole.

    Raises
    ------
    Cut
        A quote is not closed, a row has another number of fields, the text is no UTF-8, or it ends in
        the middle of a row.
    """
    columns = 0
    try:
        for row in csv.reader(_lines(pieces, unended=unended), strict=True):
            columns = columns or len(row)
            if len(row) != columns:
                raise Cut
            if row:
                yield row
    except (csv.Error, UnicodeDecodeError):
        raise Cut from None


def _lines(pieces: Iterable[bytes], *, unended: bool) -> Iterator[str]:
    """The lines with their ends; only a line feed ends one (a text may hold other separators)."""
    decode, open_line = codecs.getincrementaldecoder("utf-8-sig")().decode, list[str]()
    for piece in pieces:
        first, *others = decode(piece).replace("\0", "").split("\n")
        open_line.append(first)
        if others:
            yield "".join(open_line) + "\n"
            *whole, last = others
            yield from (f"{line}\n" for line in whole)
            open_line = [last]
    left = "".join(open_line) + decode(b"", final=True)
    if left and not (unended and left.endswith('"')):
        # Salesforce ends every row with a line feed: this one was cut.
        raise Cut
    if left:
        yield left
