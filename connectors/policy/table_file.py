"""An admin's own table of values and words: a file of two columns becomes a rule that holds the table."""

from __future__ import annotations

import csv
import io

from audit.schema import BadInput
from connectors.policy.coarsen import LONGEST_TABLE, TABLE, Coarsen

LONGEST_FILE = 1_000_000
_TWO = 2


def table_rule(text: str, characters: int | None = None, origin: str = "the table") -> Coarsen:
    """Read a table: CSV with commas or semicolons, a heading, the value first and its word second.

    ``characters`` is how much of a value is looked up.

    Raises
    ------
    BadInput
        The text is too long, a row has not two columns, or the table cannot be used; the message names the
        row.
    """
    if len(text) > LONGEST_FILE:
        msg = (
            f"{origin} is longer than {LONGEST_FILE:,} characters: a table has up to "
            f"{LONGEST_TABLE:,} entries"
        )
        raise BadInput(msg)
    rows = _rows(text, origin)
    try:
        return Coarsen(by=TABLE, characters=characters, table=tuple(dict.fromkeys(rows)))
    except BadInput as error:
        msg = f"{origin}: {error}"
        raise BadInput(msg) from None


def _rows(text: str, origin: str) -> list[tuple[str, str]]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    rows: list[tuple[str, str]] = []
    for row in reader:
        if len(row) != _TWO and any(row):
            msg = (
                f"{origin}, row {reader.line_num}: there are {len(row)} columns: write the value, "
                "then its word"
            )
            raise BadInput(msg)
        rows += [(row[0].strip(), row[1].strip())] if any(row) else []
    if len(rows) < _TWO:
        msg = f"{origin} holds no entry: write a heading, then a value and its word on each row"
        raise BadInput(msg)
    return rows[1:]
