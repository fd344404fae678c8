"""CSV of a Bulk ingest job: the rows that we send, and the rows that its results hold.

An empty cell leaves a field as it is, ``#N/A`` takes its value away. The columns stand in a fixed order.

References
----------
Salesforce, Bulk API 2.0 Developer Guide, "Prepare CSV Files" and "Get Job Failed Record Results".
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from connectors.salesforce.update import Update

NULL = "#N/A"
ID, RESULT_ID, RESULT_ERROR = "Id", "sf__Id", "sf__Error"
# "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--": only the code is fit to keep.
_CODE = re.compile(r"([A-Z][A-Z0-9_]{1,79})(?::|$)")


def written_csv(updates: Sequence[Update], names: Sequence[str]) -> bytes:
    """The updates as CSV: the id, then the fields in the order of ``names``."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow([ID, *names])
    writer.writerows([update.record_id, *(cell(update.values[name]) for name in names)] for update in updates)
    return made.getvalue().encode()


def cell(value: str | float | None) -> str:
    """A value as a cell; what is not there any more is ``#N/A``."""
    return NULL if value is None or value == "" else str(value)


def results(pieces: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """The first 15 characters of each row's id, and its error code (empty where it has none).

    Raises
    ------
    csv.Error
        A row breaks off.
    """
    rows = csv.reader(_lines(pieces), strict=True)
    head = {name: place for place, name in enumerate(next(rows, []))}
    for row in rows:
        record_id = _at(row, head.get(RESULT_ID)) or _at(row, head.get(ID))
        yield record_id[:15], _code(_at(row, head.get(RESULT_ERROR)))


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Lines, each with its end; only a line feed ends one (a text may hold Unicode's other separators)."""
    rest = ""
    for text in codecs.iterdecode(pieces, "utf-8-sig", errors="replace"):
        *whole, rest = (rest + text).split("\n")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _at(row: Sequence[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""


def _code(text: str) -> str:
    if not text:
        return ""
    found = _CODE.match(text)
    return found[1] if found else "UNKNOWN"
