"""A file as a table, with the way back from a row to its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTable:
    """What a file holds: ``records = table.num_rows + len(ragged)``.

    ``table`` has the columns as they were read (CSV and Excel: texts, so that a ZIP code keeps its
    zeros). A *record* is what the file holds below its header, counted from 0. ``ragged`` are the
    records with a wrong number of columns; they are not in ``table``. ``notes`` are sentences
    about how the file was read. ``place`` turns records into line numbers (CSV) or row numbers
    (Excel, Parquet), as ``unit`` says.
    """

    table: pa.Table
    unit: Literal["line", "row"]
    place: Callable[[Sequence[int]], tuple[int, ...]]
    ragged: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """Everything below the header, usable or not."""
        return int(self.table.num_rows) + len(self.ragged)

    def without_values(self) -> FileTable:
        """The same, which tells places and counts, and no longer holds what was read."""
        return replace(self, table=self.table.select([]))

    def record(self, row: int) -> int:
        """The record that became this row of the table."""
        for skipped in self.ragged:
            if skipped > row:
                break
            row += 1
        return row
