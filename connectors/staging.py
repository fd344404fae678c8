"""A pull that survives its process: pseudonymised pages on the disk, and a log of how far it came.

::

    <organisation>/pull/log                the plan, then a line per finished page
    <organisation>/pull/00001-<random>.parquet      the leads of a page after the policy
    <organisation>/pull/00001-<random>.aside.parquet

A page counts from the moment that its line is on the disk, after its files. A line that a crash cut
short does not count; its page is read again. What is here is no part of the lake: nothing reads it but
the pull that goes on. Pages and lines are sealed, each line behind the one before; a log that does not open,
as after a rotation of the key or an update, is that of no pull.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from connectors import sealed_parquet
from connectors.account import Account, Pulled
from connectors.partitions import folder_to_disk, to_disk
from connectors.seals import Cells, DoesNotOpen, Home
from connectors.source import Batch
from connectors.spool import aside_of

_LOG = "log"


@dataclass(slots=True)
class Staging:
    """One pull under way.

    ``plan`` is what it set out to do and ``reached`` how far it came, in the source's own words.
    """

    home: Home
    plan: Mapping[str, Any]
    _lines: list[Mapping[str, Any]] = field(default_factory=list)
    reached: Mapping[str, Any] = field(default_factory=dict)
    last: str = ""

    def note(self, reached: Mapping[str, Any]) -> None:
        """Keep for good how far the source came, where no batch goes with it."""
        self._log({"reached": reached})
        self.reached = reached

    def append(self, batch: Batch, reached: Mapping[str, Any]) -> None:
        """Keep one batch for good. ``reached`` is what the source needs to go on behind it."""
        counted = Account()
        counted.add(batch)
        name, aside = f"{len(self._lines) + 1:05d}-{secrets.token_hex(8)}", aside_of(batch)
        sealed_parquet.write(self.home, f"{name}.parquet", batch.table)
        if aside is not None:
            sealed_parquet.write(self.home, f"{name}.aside.parquet", aside)
        line = {
            "name": name,
            "aside": aside is not None,
            "reached": reached,
            "counts": asdict(counted.pulled()),
        }
        self._log(line)
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
            yield self._page(f"{line['name']}.parquet")

    def asides(self) -> Iterator[pa.Table]:
        """The leads that were turned away, page by page."""
        for line in self._lines:
            if line["aside"]:
                yield self._page(f"{line['name']}.aside.parquet")

    def clear(self) -> None:
        """Forget it all."""
        clear(self.home)
        self._lines.clear()
        self.reached = {}

    def _page(self, name: str) -> pa.Table:
        with sealed_parquet.reading(self.home, name) as file:
            return file.read().replace_schema_metadata()

    def _log(self, line: Mapping[str, Any]) -> None:
        self.last = _log(self.home, line, self.last)


def begin(home: Home, plan: Mapping[str, Any]) -> Staging:
    """Start a pull; one that lay here before is forgotten."""
    clear(home)
    home.path.mkdir(parents=True, mode=0o700)
    first = _log(home, plan, "")
    folder_to_disk(home.path)
    return Staging(home, plan, last=first)


def under_way(home: Home) -> Staging | None:
    """The pull that a process left here unfinished; None where there is none."""
    try:
        text = (home.path / _LOG).read_bytes()
    except FileNotFoundError:
        return None
    whole, _, torn = text.rpartition(b"\n")
    if torn:
        os.truncate(home.path / _LOG, len(text) - len(torn))
    sealed = whole.decode(errors="replace").splitlines()
    try:
        lines = list(_opened(_cells(home), sealed))
    except (DoesNotOpen, ValueError):
        return None
    if not lines:
        return None
    reached = lines[-1]["reached"] if len(lines) > 1 else {}
    return Staging(home, lines[0], [line for line in lines[1:] if "name" in line], reached, sealed[-1])


def clear(home: Home) -> None:
    """Remove a pull; its log goes first, so that a crash in between leaves no half of one."""
    (home.path / _LOG).unlink(missing_ok=True)
    if home.path.exists():
        shutil.rmtree(home.path)


def _cells(home: Home) -> Cells:
    return home.seal.cells("pull")


def _opened(cells: Cells, sealed: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """The lines of a log; each is bound to the one before, so that none is missing, old or moved."""
    for line, before in zip(sealed, ["", *sealed], strict=False):
        yield json.loads(cells.unlock(base64.b64decode(line, validate=True), before))


def _log(home: Home, line: Mapping[str, Any], before: str) -> str:
    """Put a line behind the one before, for good; returns it as it stands."""
    sealed = base64.b64encode(_cells(home).lock(json.dumps(line).encode(), before)).decode()
    with (home.path / _LOG).open("ab") as handle:
        handle.write(f"{sealed}\n".encode())
        handle.flush()
        to_disk(handle.fileno())
    return sealed
