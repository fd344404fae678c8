"""A CSV file as the subject of the conformance suite."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from connectors.files.flags import read_flags
from connectors.files.reading import read_table
from connectors.files.source import FileSource
from connectors.files.table import FileTable
from connectors.pseudonym import Keyring
from connectors.sandbox.fields import Value
from tests.connectors.conformance import NEUTRAL_FIELDS, Subject

KEY = "lead_id"


@contextmanager
def file_subject(leads: tuple[Mapping[str, Value], ...]) -> Iterator[Subject]:
    """The leads in a packed CSV; requests are the columns that the source asks the file for."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv.gz"
        ids = tuple(f"L{number:05d}" for number in range(len(leads)))
        path.write_bytes(gzip.compress(_csv(ids, leads)))
        requested: set[str] = set()

        def read(file: Path, columns: Sequence[str] | None) -> FileTable:
            requested.update(columns or NEUTRAL_FIELDS)
            return read_table(file, columns)

        def cut(requests: int) -> None:
            del requests  # a file is read in one go, so the next reading fails
            path.write_bytes(path.read_bytes()[:-9])

        keyring = Keyring(crm="file", organisation=path.name, master=bytes(32))
        flags = Path(folder) / "flags.csv"
        yield Subject(
            source=FileSource(path=path, keyring=keyring, flags_path=flags, key=KEY, read=read),
            keyring=keyring,
            field=lambda name: name,
            record_ids=ids,
            requested=lambda: frozenset(requested),
            flags=lambda: {identity: row[1] for identity, row in read_flags(flags).items()},
            break_after=cut,
        )


def _csv(ids: tuple[str, ...], leads: tuple[Mapping[str, Value], ...]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([KEY, *NEUTRAL_FIELDS])
    for identity, lead in zip(ids, leads, strict=True):
        writer.writerow([identity, *(_cell(lead.get(name)) for name in NEUTRAL_FIELDS)])
    return text.getvalue().encode()


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
