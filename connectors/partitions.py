"""Partition files of one organisation and the manifest that says which of them count."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_NAME = "manifest.json"
_REQUIRED = pa.schema([pa.field("lead_key", pa.string()), pa.field("cohort_day", pa.date32())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One state of an organisation: its columns, and per cohort day (ISO) the file that holds it."""

    columns: tuple[str, ...]
    partitions: Mapping[str, str]

    def schema(self) -> pa.Schema:
        """Keys and days as they are, every policy column as text."""
        others = [pa.field(name, pa.string()) for name in self.columns if name not in _REQUIRED.names]
        return pa.schema([*_REQUIRED, *others])


def load_manifest(place: Path) -> Manifest | None:
    """The state that counts; None where nothing was ever written."""
    try:
        document = json.loads((place / _NAME).read_text())
    except FileNotFoundError:
        return None
    return Manifest(columns=tuple(document["columns"]), partitions=document["partitions"])


def save_manifest(place: Path, manifest: Manifest) -> None:
    """Make ``manifest`` the state that counts, in one step, and remove what it does not name."""
    draft = place / f"{_NAME}.{secrets.token_hex(4)}"
    document = {"columns": manifest.columns, "partitions": dict(sorted(manifest.partitions.items()))}
    with draft.open("w") as handle:
        json.dump(document, handle)
        _to_disk(handle.fileno())
    draft.replace(place / _NAME)
    _folder_to_disk(place)
    _clean(place, frozenset(manifest.partitions.values()))


def write_partitions(place: Path, table: pa.Table) -> Manifest:
    """Write one new file per cohort day of ``table``; nothing counts until the manifest says so."""
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    partitions = {str(day): _write(place, day, part) for day, part in _by_day(table)}
    return Manifest(columns=tuple(table.column_names), partitions=partitions)


def read_partitions(place: Path, manifest: Manifest) -> pa.Table:
    """The leads of one state. Raises FileNotFoundError where a writer has replaced it meanwhile."""
    schema = manifest.schema()
    # The handle comes first: an open file stays readable when a writer unlinks it.
    parts = []
    for _, name in sorted(manifest.partitions.items()):
        with (place / name).open("rb") as handle:
            parts.append(pq.ParquetFile(handle).read().cast(schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _by_day(table: pa.Table) -> Iterator[tuple[date, pa.Table]]:
    ordered = table.sort_by([("cohort_day", "ascending"), ("lead_key", "ascending")]).combine_chunks()
    start = 0
    for run in pc.value_counts(ordered["cohort_day"]).to_pylist():
        yield run["values"], ordered.slice(start, run["counts"])
        start += run["counts"]


def _write(place: Path, day: date, part: pa.Table) -> str:
    name = f"cohort_day={day}/{secrets.token_hex(8)}.parquet"
    path = place / name
    path.parent.mkdir(exist_ok=True, mode=0o700)
    with path.open("wb") as handle:
        pq.write_table(part, handle)
        handle.flush()
        _to_disk(handle.fileno())
    _folder_to_disk(path.parent)
    return name


def _clean(place: Path, named: frozenset[str]) -> None:
    for folder in place.glob("cohort_day=*"):
        for path in folder.iterdir():
            if f"{folder.name}/{path.name}" not in named:
                path.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    for draft in place.glob(f"{_NAME}.*"):
        draft.unlink(missing_ok=True)


def _to_disk(descriptor: int) -> None:
    os.fsync(descriptor)


def _folder_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
