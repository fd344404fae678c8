"""A pull on its way into the lake: batches appended to one Arrow file, so that memory stays small."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

_EMPTY = pa.schema([pa.field("lead_key", pa.string()), pa.field("cohort_day", pa.date32())])


@dataclass(slots=True)
class Spool:
    """Append tables of one schema, then read them back; the file goes when the block ends.

    A spool that a crash left behind goes when the next one opens (the caller holds the lock).
    """

    place: Path
    _path: Path = field(init=False)
    _writer: Any = field(init=False, default=None)

    def __enter__(self) -> Self:
        """Prepare the folder."""
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for leftover in self.place.glob("spool-*.arrow"):
            leftover.unlink(missing_ok=True)
        self._path = self.place / f"spool-{secrets.token_hex(8)}.arrow"
        return self

    def append(self, table: pa.Table) -> None:
        """Add the rows of one table. Raises ValueError where its columns are not those of the first."""
        if self._writer is None:
            self._writer = pa.ipc.new_file(self._path, table.schema)
        self._writer.write_table(table)

    def table(self) -> pa.Table:
        """Everything appended, mapped from the disk; no rows where nothing was."""
        if self._writer is None:
            return _EMPTY.empty_table()
        self._writer.close()
        return pa.ipc.open_file(pa.memory_map(str(self._path))).read_all()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the file (a mapping that is still read keeps its pages)."""
        if self._writer is not None:
            self._writer.close()
        self._path.unlink(missing_ok=True)
