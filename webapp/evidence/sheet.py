"""A table that is the same on the page and as CSV: numbers are kept, and put in words to be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from audit.disparity import Disparity
from audit.estimate import Estimate
from audit.history import Point
from audit.report.printable import printable
from audit.subgroups.model import Subgroup
from webapp.language import decimal, gettext, pointed, shortest
from webapp.viewmodels.words import amount, gap, low_to_high

Kind = Literal["text", "count", "share", "number", "plain", "points", "gap", "times", "p"]
"""What a column holds: text, leads, a share, a number, one as it stands, a difference, a ratio, a p-value."""
Value = str | int | float | None
Ranged = Estimate | Disparity | Subgroup | Point
"""What has a value, its range, and the leads behind it."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SMALLEST_P = 1e-4
ENDS = ("from", "to")
"""Heads of the two columns that hold the range of the value before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column by its head on the page; ``name`` is its head in the file.

    What stands in an ``english`` one was said by the audit, and stays as it said it.
    """

    head: str
    name: str
    kind: Kind = "text"
    english: bool = False


def reasons() -> Column:
    """The column that says why there is no value: a sentence of the audit."""
    return Column(head=gettext("Why there is no value"), name="undefined", english=True)


def ends(kind: Kind, before: str = "") -> tuple[Column, Column]:
    """The two columns of a value's range; ``before`` sets their names in the file apart from others."""
    low, high = ENDS
    return Column(head=low, name=f"{before}low", kind=kind), Column(
        head=high, name=f"{before}high", kind=kind
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A table as a page has it: each cell is a value and its range in words, the latter mostly empty."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows of values; the first column names the row. None is "no value", and a further column says why.

    ``shown`` are the places of the rows that a page shows, where it would be too long; None for all.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    shown: tuple[int, ...] | None = None

    def on_page(self) -> Read:
        """The rows that a page shows, as a person reads them.

        A range stands below its value, and a column in which nobody has anything is left out.
        """
        shown = self.rows if self.shown is None else tuple(self.rows[place] for place in self.shown)
        kept = [
            place
            for place, column in enumerate(self.columns)
            if column.head not in ENDS and any(row[place] not in (None, "") for row in shown)
        ]
        return Read(
            columns=tuple(self.columns[place] for place in kept),
            rows=tuple(tuple(self._read(row, place) for place in kept) for row in shown),
        )

    def _read(self, row: tuple[Value, ...], place: int) -> tuple[str, str]:
        """A value in words, and the range that follows it in the row."""
        words, ends = in_words(row[place], self.columns[place].kind), ""
        if [column.head for column in self.columns[place + 1 : place + 3]] == list(ENDS):
            low, high = (in_words(row[at], self.columns[at].kind) for at in (place + 1, place + 2))
            ends = low_to_high(low, high) if low and high else ""
        return words, ends

    def as_csv(self) -> str:
        """The rows for a spreadsheet: plain numbers, and no cell that it would run (OWASP, CSV injection)."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.name for column in self.columns])
        writer.writerows([_cell(value) for value in row] for row in self.rows)
        return out.getvalue()


def in_words(value: Value, kind: Kind) -> str:
    """One value as a person reads it; empty where there is none."""
    if value is None or isinstance(value, str):
        return value or ""
    return _WORDS[kind](value)


def ranged(one: Ranged, kind: Kind) -> str:
    """A value with its range and its leads: +3.2 points (+1.0 points to +5.4 points), n 812."""
    if one.value is None:
        return gettext("no value (n %(n)s)", n=decimal(one.n))
    value, low, high = (in_words(end, kind) for end in (one.value, one.low, one.high))
    if low and high:
        words = {"value": value, "low": low, "high": high, "n": decimal(one.n)}
        return gettext("%(value)s (%(low)s to %(high)s), n %(n)s", **words)
    return gettext("%(value)s, n %(n)s", value=value, n=decimal(one.n))


def _p(value: float) -> str:
    return gettext("below 0.0001") if value < SMALLEST_P else pointed(f"{value:.4f}")


def _times(value: float) -> str:
    return gettext("%(value)s\N{NO-BREAK SPACE}times", value=pointed(f"{value:.2f}"))


_WORDS: Mapping[Kind, Callable[[float], str]] = MappingProxyType(
    {
        "text": shortest,
        "count": decimal,
        "share": lambda value: amount(value, share=True),
        "plain": shortest,
        "number": lambda value: amount(value, share=False),
        "points": lambda value: gap(value, share=True),
        "gap": lambda value: gap(value, share=False),
        "times": _times,
        "p": _p,
    }
)


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = printable(value)
        return f"'{text}" if text.lstrip().startswith(FORMULA) else text
    return str(value) if isinstance(value, int) else f"{value:.12g}"
