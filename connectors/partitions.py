"""Partition files of one organisation and the manifest that says which of them count."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from connectors import sealed_parquet
from connectors.counting import Behind
from connectors.errors import Busy
from connectors.seals import Home, Seal
from connectors.source import ASIDE

# The files of the leads by name, and how to read each.
Files = dict[str, Callable[[], Iterator[pa.Table]]]
PLAIN = "manifest.json"
ATTEMPTS = 20
"""How often somebody reads again where a writer replaced the files meanwhile."""
STRETCH = 25_000
_REQUIRED = pa.schema([pa.field("lead_key", pa.string()), pa.field("cohort_day", pa.date32())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One state of an organisation: its columns, and per cohort day (ISO) the file that holds it.

    ``hidden`` columns are kept beside those of the policy (the scores of earlier pulls). ``aside`` is
    the file of the leads that were turned away; ``others`` counts, by kind and reason, the records that
    no key tells apart. ``cursor`` is the source's own note of how far it has read: it counts together
    with the leads, or not at all. ``state`` counts the states that there were.
    """

    columns: tuple[str, ...]
    partitions: Mapping[str, str]
    hidden: tuple[str, ...] = ()
    kept: int = 0
    aside: str | None = None
    others: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    domains: Mapping[str, str] | None = None
    plain: bool = field(default=False, compare=False)
    state: int = field(default=0, compare=False)

    def schema(self, *, hidden: bool = False) -> pa.Schema:
        """Keys and days as they are, every other column as text."""
        names = (*self.columns, *(self.hidden if hidden else ()))
        others = [pa.field(name, pa.string()) for name in names if name not in _REQUIRED.names]
        return pa.schema([*_REQUIRED, *others])


def load_manifest(home: Home) -> Manifest | None:
    """The state that counts; None where nothing was ever written.

    Raises
    ------
    DoesNotOpen
        It was changed, or is of another organisation or generation.
    Behind
        It is older than what the database knows of.
    """
    try:
        sealed = (home.path / manifest_name(home.seal)).read_bytes()
    except FileNotFoundError:
        return _plain_manifest(home) if home.seal.takes_plain else None
    found = _manifest(json.loads(home.seal.cells("manifest").unlock(sealed)), plain=False)
    if found.state < home.seal.known.state and not home.lenient:
        raise Behind
    return found


def manifest_name(seal: Seal) -> str:
    """The file of the state of one generation: which generation counts, the seals' keeper decides."""
    return f"manifest-{seal.generation}"


def save_manifest(home: Home, manifest: Manifest) -> None:
    """Make ``manifest`` the state that counts, in one step, and remove what it does not name."""
    known = load_manifest(replace(home, lenient=True))
    before = max(home.seal.known.state, 0 if known is None else known.state)
    put_manifest(home, replace(manifest, state=before + 1))
    home.changes.state = before + 1
    clean(home, manifest)


def put_manifest(home: Home, manifest: Manifest) -> None:
    """Make ``manifest`` the state of its generation, in one step."""
    name = manifest_name(home.seal)
    draft = home.path / f"{name}.{secrets.token_hex(4)}"
    document = {name: getattr(manifest, name) for name in Manifest.__slots__ if name != "plain"}
    document["partitions"] = dict(sorted(manifest.partitions.items()))
    with draft.open("wb") as handle:
        handle.write(home.seal.cells("manifest").lock(json.dumps(document).encode()))
        handle.flush()
        to_disk(handle.fileno())
    draft.replace(home.path / name)
    folder_to_disk(home.path)


def _plain_manifest(home: Home) -> Manifest | None:
    try:
        document = json.loads((home.path / PLAIN).read_text())
    except FileNotFoundError:
        return None
    return _manifest(document, plain=True)


def _manifest(document: Mapping[str, Any], *, plain: bool) -> Manifest:
    known = {name: document[name] for name in Manifest.__slots__ if name in document}
    columns = {name: tuple(known.get(name, ())) for name in ("columns", "hidden")}
    return Manifest(**{**known, **columns, "plain": plain})


@dataclass(slots=True)
class PartitionWriter:
    """Writes the leads of one day after the other; nothing counts until a manifest says so."""

    home: Home
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
            path = self.home.path / name
            path.parent.mkdir(exist_ok=True, mode=0o700)
            self._handle = path.open("wb")
            self._writer = sealed_parquet.writer(self._handle, part.schema, name, self.home.seal)
            self._files[str(day)] = name
        self._writer.write_table(part.replace_schema_metadata(self._writer.schema.metadata))

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


def write_aside(home: Home, aside: pa.Table) -> str | None:
    """Write the leads that were turned away, in the order of their keys; None where there are none."""
    if not aside.num_rows:
        return None
    name = f"aside-{secrets.token_hex(8)}.parquet"
    sealed_parquet.write(home, name, aside.sort_by("lead_key"))
    return name


def read_aside(home: Home, manifest: Manifest) -> pa.Table:
    """The leads that were turned away."""
    if manifest.aside is None:
        return ASIDE.empty_table()
    with sealed_parquet.reading(home, manifest.aside, plain=manifest.plain) as file:
        return _as(file.read(), ASIDE)


def read_partitions(home: Home, manifest: Manifest, *, hidden: bool = False) -> pa.Table:
    """The leads of one state. Raises FileNotFoundError where a writer has replaced it meanwhile."""
    schema = manifest.schema(hidden=hidden)
    parts = []
    for _, name in sorted(manifest.partitions.items()):
        with sealed_parquet.reading(home, name, plain=manifest.plain) as file:
            parts.append(_as(file.read(columns=schema.names), schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def rewritten() -> Busy:
    """What is raised after so many attempts."""
    msg = "the stored leads are being rewritten: try again in a moment"
    return Busy(msg, retry_after=1)


def files_of(home: Home) -> Files:
    """The files of the leads by name, and how to read each with its hidden columns; no lock is held.

    A file is never changed. One that a writer replaced meanwhile raises FileNotFoundError.
    """
    manifest = load_manifest(home) or Manifest(columns=(), partitions={})
    return {
        name: partial(stretches, home, manifest, day) for day, name in sorted(manifest.partitions.items())
    }


def stretches(home: Home, manifest: Manifest, day: str) -> Iterator[pa.Table]:
    """The leads of one cohort day (ISO) with their hidden columns, a few at a time."""
    schema = manifest.schema(hidden=True)
    with sealed_parquet.reading(home, manifest.partitions[day], plain=manifest.plain) as file:
        for batch in file.iter_batches(STRETCH, columns=schema.names):
            yield _as(pa.Table.from_batches([batch]), schema)


def between(home: Home, manifest: Manifest, day: str, keys: tuple[str, str]) -> pa.Table:
    """The leads of one cohort day whose keys lie between two (inclusive), with their hidden columns."""
    schema, place_of_key = manifest.schema(hidden=True), 0
    with sealed_parquet.reading(home, manifest.partitions[day], plain=manifest.plain) as file:
        groups = [
            group
            for group in range(file.num_row_groups)
            if _meets(file.metadata.row_group(group).column(place_of_key).statistics, keys)
        ]
        found = file.read_row_groups(groups, columns=schema.names) if groups else schema.empty_table()
    table = _as(found, schema)
    inside = pc.and_(pc.greater_equal(table["lead_key"], keys[0]), pc.less_equal(table["lead_key"], keys[1]))
    return table.filter(inside)


def _as(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return table.replace_schema_metadata().select(schema.names).cast(schema)


def _meets(statistics: Any, keys: tuple[str, str]) -> bool:  # noqa: ANN401 - pyarrow's own
    if statistics is None or not statistics.has_min_max:
        return True
    return bool(statistics.min <= keys[1] and keys[0] <= statistics.max)


def clean(home: Home, manifest: Manifest | None) -> None:
    """Remove what a state does not name: files of states before, of other generations, and leftovers."""
    place, files = (
        home.path,
        () if manifest is None else (*manifest.partitions.values(), manifest.aside or ""),
    )
    named = frozenset({*files, manifest_name(home.seal), PLAIN if manifest and manifest.plain else ""})
    for folder in place.glob("cohort_day=*"):
        for path in folder.iterdir():
            if f"{folder.name}/{path.name}" not in named:
                path.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    for path in (*place.glob("manifest*"), *place.glob("aside-*.parquet")):
        if path.name not in named:
            path.unlink(missing_ok=True)


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
