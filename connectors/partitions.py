"""Partition files of one organisation and the manifest that says which of them count."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.source import ASIDE

NAME = "manifest.json"
STRETCH = 25_000
_REQUIRED = pa.schema([pa.field("lead_key", pa.string()), pa.field("cohort_day", pa.date32())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One state of an organisation: its columns, and per cohort day (ISO) the file that holds it.

    ``hidden`` columns are kept beside those of the policy (the scores of earlier pulls). ``aside`` is
    the file of the leads that were turned away; ``others`` counts, by kind and reason, the records that
    no key tells apart. ``cursor`` is the source's own note of how far it has read: it counts together
    with the leads, or not at all.
    """

    columns: tuple[str, ...]
    partitions: Mapping[str, str]
    hidden: tuple[str, ...] = ()
    kept: int = 0
    aside: str | None = None
    others: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)

    def schema(self, *, hidden: bool = False) -> pa.Schema:
        """Keys and days as they are, every other column as text."""
        names = (*self.columns, *(self.hidden if hidden else ()))
        others = [pa.field(name, pa.string()) for name in names if name not in _REQUIRED.names]
        return pa.schema([*_REQUIRED, *others])


def load_manifest(place: Path) -> Manifest | None:
    """The state that counts; None where nothing was ever written."""
    try:
        document = json.loads((place / NAME).read_text())
    except FileNotFoundError:
        return None
    known = {name: document[name] for name in Manifest.__slots__ if name in document}
    return Manifest(**{**known, **{k: tuple(known.get(k, ())) for k in ("columns", "hidden")}})


def save_manifest(place: Path, manifest: Manifest) -> None:
    """Make ``manifest`` the state that counts, in one step, and remove what it does not name."""
    draft = place / f"{NAME}.{secrets.token_hex(4)}"
    document = {name: getattr(manifest, name) for name in Manifest.__slots__}
    document["partitions"] = dict(sorted(manifest.partitions.items()))
    with draft.open("w") as handle:
        json.dump(document, handle)
        to_disk(handle.fileno())
    draft.replace(place / NAME)
    folder_to_disk(place)
    _clean(place, frozenset({*manifest.partitions.values(), manifest.aside or ""}))


@dataclass(slots=True)
class PartitionWriter:
    """Writes the leads of one day after the other; nothing counts until a manifest says so."""

    place: Path
    _files: dict[str, str] = field(init=False, default_factory=dict)
    _writer: Any = field(init=False, default=None)
    _handle: Any = field(init=False, default=None)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def write(self, day: date, part: pa.Table) -> None:
        """Some leads of a day; those of one day come together, in the order of their keys."""
        if str(day) not in self._files:
            self._close()
            name = f"cohort_day={day}/{secrets.token_hex(8)}.parquet"
            (self.place / name).parent.mkdir(exist_ok=True, mode=0o700)
            self._handle = (self.place / name).open("wb")
            self._writer, self._files[str(day)] = pq.ParquetWriter(self._handle, part.schema), name
        self._writer.write_table(part)

    def finished(self) -> dict[str, str]:
        """The file of each day (ISO), all on the disk."""
        self._close()
        return dict(self._files)

    def _close(self) -> None:
        if self._writer is None:
            return
        writer, handle, self._writer, self._handle = self._writer, self._handle, None, None
        with handle:
            writer.close()
            handle.flush()
            to_disk(handle.fileno())
        folder_to_disk(Path(handle.name).parent)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let an unfinished file go."""
        if self._handle is not None:
            self._writer.close()
            self._handle.close()


def write_aside(place: Path, aside: pa.Table) -> str | None:
    """Write the leads that were turned away, in the order of their keys; None where there are none."""
    if not aside.num_rows:
        return None
    name = f"aside-{secrets.token_hex(8)}.parquet"
    with (place / name).open("wb") as handle:
        pq.write_table(aside.sort_by("lead_key"), handle)
        handle.flush()
        to_disk(handle.fileno())
    return name


def read_aside(place: Path, manifest: Manifest) -> pa.Table:
    """The leads that were turned away."""
    if manifest.aside is None:
        return ASIDE.empty_table()
    with (place / manifest.aside).open("rb") as handle:
        return pq.ParquetFile(handle).read().cast(ASIDE)


def read_partitions(place: Path, manifest: Manifest, *, hidden: bool = False) -> pa.Table:
    """The leads of one state. Raises FileNotFoundError where a writer has replaced it meanwhile."""
    schema = manifest.schema(hidden=hidden)
    # The handle comes first: an open file stays readable when a writer unlinks it.
    parts = []
    for _, name in sorted(manifest.partitions.items()):
        with (place / name).open("rb") as handle:
            parts.append(pq.ParquetFile(handle).read(columns=schema.names).select(schema.names).cast(schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def stretches(place: Path, manifest: Manifest, day: str) -> Iterator[pa.Table]:
    """The leads of one cohort day (ISO) with their hidden columns, a few at a time."""
    schema = manifest.schema(hidden=True)
    with (place / manifest.partitions[day]).open("rb") as handle:
        for batch in pq.ParquetFile(handle).iter_batches(STRETCH, columns=schema.names):
            yield pa.Table.from_batches([batch]).select(schema.names).cast(schema)


def drawn(place: Path, manifest: Manifest, leads: int, seed: int) -> pa.Table:
    """Each lead of one state with the same chance, so that about ``leads`` come; all if there are no more."""
    chance, draws = leads / max(manifest.kept, 1), np.random.default_rng(seed)

    def some(part: pa.Table) -> pa.Table:
        return part if chance >= 1 else part.filter(draws.random(part.num_rows) < chance)

    days = sorted(manifest.partitions)
    parts = [some(part) for day in days for part in stretches(place, manifest, day)]
    return pa.concat_tables([manifest.schema(hidden=True).empty_table(), *parts])


def between(place: Path, manifest: Manifest, day: str, keys: tuple[str, str]) -> pa.Table:
    """The leads of one cohort day whose keys lie between two (inclusive), with their hidden columns."""
    schema = manifest.schema(hidden=True)
    with (place / manifest.partitions[day]).open("rb") as handle:
        file, place_of_key = pq.ParquetFile(handle), 0
        groups = [
            group
            for group in range(file.num_row_groups)
            if _meets(file.metadata.row_group(group).column(place_of_key).statistics, keys)
        ]
        found = file.read_row_groups(groups, columns=schema.names) if groups else schema.empty_table()
    table = found.select(schema.names).cast(schema)
    inside = pc.and_(pc.greater_equal(table["lead_key"], keys[0]), pc.less_equal(table["lead_key"], keys[1]))
    return table.filter(inside)


def _meets(statistics: Any, keys: tuple[str, str]) -> bool:  # noqa: ANN401 - pyarrow's own
    if statistics is None or not statistics.has_min_max:
        return True
    return bool(statistics.min <= keys[1] and keys[0] <= statistics.max)


def _clean(place: Path, named: frozenset[str]) -> None:
    for folder in place.glob("cohort_day=*"):
        for path in folder.iterdir():
            if f"{folder.name}/{path.name}" not in named:
                path.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    for draft in (*place.glob(f"{NAME}.*"), *place.glob("aside-*.parquet")):
        if draft.name not in named:
            draft.unlink(missing_ok=True)


def to_disk(descriptor: int) -> None:
    """Wait until a file is on the disk."""
    os.fsync(descriptor)


def folder_to_disk(folder: Path) -> None:
    """Wait until a folder's names are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
