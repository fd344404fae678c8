"""Pages of results that are wrong: rows missing from what was announced, or told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sandbox.salesforce.tables import Record

LOST = 3
TWICE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The rows that are sent, and how many the header announces."""

    rows: Sequence[Record]
    announced: int


def damaged_page(every: Sequence[Record], start: int, after: int, fault: str) -> Page:
    """Rows ``start`` to ``after``; with a fault, the last three lost or three of a neighbour page again."""
    rows = every[start:after]
    if fault in {"truncated_csv", "lost_rows"}:
        return Page(rows=rows[: max(0, len(rows) - LOST)], announced=len(rows))
    if fault == "duplicate_rows":
        neighbours = every[max(0, start - TWICE) : start] if start else every[after : after + TWICE]
        rows = [*neighbours, *rows]
    return Page(rows=rows, announced=len(rows))
