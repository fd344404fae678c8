"""A pull on its way into the lake: batches appended to files on the disk, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.scratch import Scratch
from connectors.source import ASIDE, Batch


class Parts(Protocol):
    """The tables of one pull in the order they came; they can be read more than once."""

    def tables(self) -> Iterator[pa.Table]:
        """The leads, all of one schema."""
        ...

    def asides(self) -> Iterator[pa.Table]:
        """The leads that were turned away (`connectors.source.ASIDE`)."""
        ...


@dataclass(slots=True)
class Roll:
    """Tables of one schema in one unnamed file (`connectors.scratch`): appended, then read over and over."""

    place: Path
    _file: Scratch = field(init=False)
    _writer: Any = field(init=False, default=None)
    _ended: bool = field(init=False, default=False)

    def __enter__(self) -> Self:
        """Open the file in its folder."""
        self._file = Scratch(self.place).__enter__()
        return self

    def append(self, table: pa.Table) -> None:
        """Add the rows of one table. Raises ValueError where its columns are not those of the first."""
        if self._writer is None:
            self._writer = pa.ipc.new_stream(pa.PythonFile(self._file, "w"), table.schema)
        self._writer.write_table(table)

    def tables(self) -> Iterator[pa.Table]:
        """What was appended, a record batch at a time."""
        if self._writer is None:
            return
        if not self._ended:
            self._writer.close()
            self._ended = True
        self._file.rewind()
        for batch in pa.ipc.open_stream(pa.PythonFile(self._file, "r")):
            yield pa.Table.from_batches([batch])

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the file go."""
        if self._writer is not None and not self._ended:
            self._writer.close()
        self._file.close()


@dataclass(slots=True)
class Spool:
    """The batches of one pull that need not outlive the process."""

    place: Path
    _leads: Roll = field(init=False)
    _aside: Roll = field(init=False)

    def __enter__(self) -> Self:
        """Open both files."""
        self._leads, self._aside = Roll(self.place).__enter__(), Roll(self.place).__enter__()
        return self

    def append(self, batch: Batch) -> None:
        """Add one batch. Raises ValueError where its columns are not those of the first."""
        self._leads.append(batch.table)
        if aside := aside_of(batch):
            self._aside.append(aside)

    def tables(self) -> Iterator[pa.Table]:
        """The leads."""
        return self._leads.tables()

    def asides(self) -> Iterator[pa.Table]:
        """The leads that were turned away."""
        return self._aside.tables()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the files go."""
        self._leads.__exit__(kind, value, trace)
        self._aside.__exit__(kind, value, trace)


def dealt(table: pa.Table, homes: NDArray[np.int64], rolls: Sequence[Roll]) -> None:
    """Append each row of a table to the roll whose number stands in ``homes``; their order stays."""
    if not table.num_rows:
        return
    order = np.argsort(homes, kind="stable")
    sorted_rows = table.take(pa.array(order)).combine_chunks()
    found, starts = np.unique(homes[order], return_index=True)
    for home, start, end in zip(found, starts, [*starts[1:], len(order)], strict=True):
        rolls[home].append(sorted_rows.slice(start, end - start))


def aside_of(batch: Batch) -> pa.Table | None:
    """Who was turned away in a batch; where the source did not say why, the withdrawn alone."""
    if batch.aside.num_rows:
        return batch.aside
    if not batch.withdrawn:
        return None
    keys = [key.hex for key in batch.withdrawn]
    columns = (keys, ["excluded"] * len(keys), ["withdrawn"] * len(keys), [None] * len(keys))
    return pa.table([pa.array(one, kind.type) for one, kind in zip(columns, ASIDE, strict=True)], ASIDE)
