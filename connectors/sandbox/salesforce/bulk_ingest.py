"""What a Bulk API 2.0 ingest job writes: half when it starts, the rest when it finishes.

An empty cell leaves a field as it is, ``#N/A`` makes it null. Rows are written in an order of their own.
Source: developer.salesforce.com, api_asynch, datafiles and get_job_failed_results.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from connectors.sandbox.salesforce.bulk_csv import DELIMITERS, LINE_ENDINGS, Cells, line, parsed
from connectors.sandbox.salesforce.schema import FieldDef
from connectors.sandbox.salesforce.values import RowError
from connectors.sandbox.salesforce.writing import Writer, Written

NULL = "#N/A"
OPERATIONS = frozenset({"insert", "update", "upsert", "delete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one row: an id, or a complaint."""

    cells: Cells
    id: str = ""
    created: bool = False
    error: str = ""


@dataclass(slots=True, kw_only=True)
class IngestWork:
    """The rows of one job; ``data`` is the upload, None before it."""

    writer: Writer
    operation: str
    key: FieldDef | None
    delimiter: str
    ending: str
    data: str | None = None
    header: list[str] = field(default_factory=list)
    waiting: list[Cells] = field(default_factory=list)
    done: list[Fate] = field(default_factory=list)

    def start(self) -> None:
        """Read the upload and write the first half. Raises ValueError where it is no CSV of this object."""
        self._read()
        self._write(len(self.waiting) // 2)

    @property
    def ready(self) -> bool:
        """Always: a half is written at once."""
        return True

    def finish(self) -> None:
        """Write the rest."""
        self._write(len(self.waiting))

    def count(self, *, failed: bool) -> int:
        """How many rows failed, or succeeded."""
        return sum(bool(fate.error) == failed for fate in self.done)

    def results(self, *, failed: bool) -> str:
        """The rows that failed or succeeded, as CSV, with what the platform says of each."""
        names = ["sf__Id", "sf__Error"] if failed else ["sf__Id", "sf__Created"]
        rows = [
            [fate.id, fate.error or ("true" if fate.created else "false"), *fate.cells]
            for fate in self.done
            if bool(fate.error) == failed
        ]
        return self._text([[*names, *self.header], *rows])

    def unprocessed(self) -> str:
        """The rows that were not tried."""
        return self._text([self.header, *self.waiting]) if self.header else ""

    def _text(self, rows: Iterable[Cells]) -> str:
        ending = LINE_ENDINGS[self.ending]
        return "".join(line(row, DELIMITERS[self.delimiter], ending) for row in rows)

    def _read(self) -> None:
        text = self.data or ""
        if ("\r\n" in text) != (self.ending == "CRLF") and "\n" in text:
            msg = "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is "
            raise ValueError(msg + self.ending)
        try:
            self.header, rows = parsed(text, DELIMITERS[self.delimiter])
        except ValueError:
            msg = "InvalidBatch : Failed to parse CSV"
            raise ValueError(msg) from None
        # Batches run side by side, so that rows do not end in the order that they came in.
        self.waiting = random.Random(len(rows)).sample(rows, len(rows))  # noqa: S311 - no secret
        self._check(rows)

    def _check(self, rows: Sequence[Cells]) -> None:
        """Raises ValueError for columns that are not there, and for rows of another length."""
        org, user, definition = self.writer.org, self.writer.user, self.writer.definition
        for name in self.header:
            if org.field_of(definition, name, user) is None:
                msg = f"InvalidBatch : Field name not found : {name}"
                raise ValueError(msg)
        if any(len(row) != len(self.header) for row in rows):
            msg = "InvalidBatch : CSV rows must have as many cells as the header"
            raise ValueError(msg)

    def _write(self, count: int) -> None:
        batch, self.waiting = self.waiting[:count], self.waiting[count:]
        self.done += [self._fate(cells) for cells in batch]

    def _fate(self, cells: Cells) -> Fate:
        values: dict[str, object] = {
            name: None if cell == NULL else cell
            for name, cell in zip(self.header, cells, strict=True)
            if cell and name.lower() != "id"
        }
        try:
            written = self._written(self._cell(cells, "Id"), values)
        except RowError as error:
            fields = ",".join(error.fields)
            return Fate(cells=cells, error=f"{error.code}:{error.message}:{fields}{' ' * bool(fields)}--")
        return Fate(cells=cells, id=written.id, created=written.created)

    def _written(self, record_id: str, values: dict[str, object]) -> Written:
        if self.operation == "insert":
            return self.writer.insert(values)
        if self.operation == "upsert" and self.key:
            name = self.key.name.lower()
            value = next((str(v) for k, v in values.items() if k.lower() == name), "")
            rest = {k: v for k, v in values.items() if k.lower() != name}
            return self.writer.upsert(self.key, value, rest)
        if not record_id:
            raise RowError(code="MISSING_ARGUMENT", message="Id not specified in an update call")
        if self.operation == "delete":
            return self.writer.delete(record_id)
        return self.writer.update(record_id, values)

    def _cell(self, cells: Cells, name: str) -> str:
        pairs = zip(self.header, cells, strict=True)
        return next((cell for known, cell in pairs if known.lower() == name.lower()), "")
