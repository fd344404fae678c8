"""A pull that survives its process: pseudonymised pages on the disk, and a log of how far it came.

::

    <organisation>/pull/log.jsonl          the plan, then a line per finished page
    <organisation>/pull/00001.parquet      the leads of a page after the policy
    <organisation>/pull/00001.aside.parquet

A page counts from the moment that its line is on the disk, after its files. A line that a crash cut
short does not count; its page is read again. What is here is no part of the lake: nothing reads it but
the pull that goes on.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.account import Account, Pulled
from connectors.partitions import folder_to_disk, to_disk
from connectors.source import Batch
from connectors.spool import aside_of

_LOG = "log.jsonl"


@dataclass(slots=True)
class Staging:
    """One pull under way.

    ``plan`` is what it set out to do and ``reached`` how far it came, in the source's own words.
    """

    folder: Path
    plan: Mapping[str, Any]
    _lines: list[Mapping[str, Any]] = field(default_factory=list)
    reached: Mapping[str, Any] = field(default_factory=dict)

    def note(self, reached: Mapping[str, Any]) -> None:
        """Keep for good how far the source came, where no batch goes with it."""
        _log(self.folder, {"reached": reached})
        self.reached = reached

    def append(self, batch: Batch, reached: Mapping[str, Any]) -> None:
        """Keep one batch for good. ``reached`` is what the source needs to go on behind it."""
        counted = Account()
        counted.add(batch)
        name, aside = f"{len(self._lines) + 1:05d}", aside_of(batch)
        _write(self.folder / f"{name}.parquet", batch.table)
        if aside is not None:
            _write(self.folder / f"{name}.aside.parquet", aside)
        line = {
            "name": name,
            "aside": aside is not None,
            "reached": reached,
            "counts": asdict(counted.pulled()),
        }
        _log(self.folder, line)
        self._lines.append(line)
        self.reached = reached

    @property
    def read(self) -> int:
        """How many records were read so far."""
        return sum(line["counts"]["read"] for line in self._lines)

    def account(self) -> Account:
        """The account of the pages so far."""
        made = Account()
        for line in self._lines:
            made.count(Pulled(**line["counts"]))
        return made

    def tables(self) -> Iterator[pa.Table]:
        """The leads, page by page, in the order they were kept."""
        for line in self._lines:
            yield pq.read_table(self.folder / f"{line['name']}.parquet", partitioning=None)

    def asides(self) -> Iterator[pa.Table]:
        """The leads that were turned away, page by page."""
        for line in self._lines:
            if line["aside"]:
                yield pq.read_table(self.folder / f"{line['name']}.aside.parquet", partitioning=None)

    def clear(self) -> None:
        """Forget it all."""
        clear(self.folder)
        self._lines.clear()
        self.reached = {}


def begin(folder: Path, plan: Mapping[str, Any]) -> Staging:
    """Start a pull; one that lay here before is forgotten."""
    clear(folder)
    folder.mkdir(parents=True, mode=0o700)
    _log(folder, plan)
    folder_to_disk(folder)
    return Staging(folder, plan)


def under_way(folder: Path) -> Staging | None:
    """The pull that a process left here unfinished; None where there is none."""
    try:
        text = (folder / _LOG).read_bytes()
    except FileNotFoundError:
        return None
    whole, _, torn = text.rpartition(b"\n")
    if torn:
        os.truncate(folder / _LOG, len(text) - len(torn))
    lines = [json.loads(line) for line in whole.splitlines()]
    if not lines:
        return None
    reached = lines[-1]["reached"] if len(lines) > 1 else {}
    return Staging(folder, lines[0], [line for line in lines[1:] if "name" in line], reached)


def clear(folder: Path) -> None:
    """Remove a pull; its log goes first, so that a crash in between leaves no half of one."""
    (folder / _LOG).unlink(missing_ok=True)
    if folder.exists():
        shutil.rmtree(folder)


def _write(path: Path, table: pa.Table) -> None:
    with path.open("wb") as handle:
        pq.write_table(table, handle)
        handle.flush()
        to_disk(handle.fileno())


def _log(folder: Path, line: Mapping[str, Any]) -> None:
    with (folder / _LOG).open("ab") as handle:
        handle.write(json.dumps(line).encode() + b"\n")
        handle.flush()
        to_disk(handle.fileno())
