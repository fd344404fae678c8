"""A pull on its way into the lake: batches appended to one Arrow file, so that memory stays small."""

from __future__ import annotations

import mmap
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa

_EMPTY = pa.schema([pa.field("lead_key", pa.string()), pa.field("cohort_day", pa.date32())])


@dataclass(slots=True)
class Spool:
    """Append tables of one schema, then read them back; the file goes when the block ends.

    The file has no name, so that a process that is killed leaves nothing behind either.
    """

    place: Path
    _file: IO[bytes] = field(init=False)
    _writer: Any = field(init=False, default=None)

    def __enter__(self) -> Self:
        """Open the file in its folder."""
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = tempfile.TemporaryFile(dir=self.place)
        return self

    def append(self, table: pa.Table) -> None:
        """Add the rows of one table. Raises ValueError where its columns are not those of the first."""
        if self._writer is None:
            self._writer = pa.ipc.new_file(pa.PythonFile(self._file, "w"), table.schema)
        self._writer.write_table(table)

    def table(self) -> pa.Table:
        """Everything appended, mapped from the disk; no rows where nothing was."""
        if self._writer is None:
            return _EMPTY.empty_table()
        self._writer.close()
        self._file.flush()
        mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return pa.ipc.open_file(pa.BufferReader(pa.py_buffer(mapped))).read_all()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the file go (a mapping that is still read keeps its pages)."""
        if self._writer is not None:
            self._writer.close()
        self._file.close()
