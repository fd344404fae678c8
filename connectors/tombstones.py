"""Leads that must not come back, by their keys: for good, or until they are known to be there again.

::

    <organisation>.erased        a line per key; with a number behind it, only until that second

A key says nothing of the person; it stops an old page of a pull, or a later import, from bringing
back who was erased. Whoever changes the file holds the organisation's write lock.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from connectors.partitions import folder_to_disk, to_disk
from connectors.pseudonym import LeadKey

_LINE = re.compile(r"[0-9a-f]{32}( [0-9]{1,12})?\Z")


def tombstones(place: Path) -> Path:
    """Where those of one organisation are."""
    return place.with_name(place.name + ".erased")


def add(place: Path, leads: Iterable[LeadKey], until: float | None = None) -> None:
    """Keep keys away for good, or until a moment (seconds since 1970)."""
    limit = "" if until is None else f" {int(until)}"
    _write(place, [*_lines(place), *(f"{lead.hex}{limit}" for lead in leads)])


def lift(place: Path, leads: Iterable[LeadKey]) -> None:
    """Let keys come back, but for those that are away for good."""
    back, lines = {lead.hex for lead in leads}, _lines(place)
    stay = [line for line in lines if " " not in line or line.partition(" ")[0] not in back]
    if len(stay) < len(lines):
        _write(place, stay)


def away(place: Path) -> pa.Array:
    """The keys that must not come back now."""
    return pa.array([line.partition(" ")[0] for line in _lines(place)], pa.string())


def _lines(place: Path) -> list[str]:
    """The lines that stand; one that a crash cut short is none."""
    path, now = tombstones(place), time.time()
    lines = path.read_text().splitlines() if path.exists() else []
    return [line for line in lines if _LINE.match(line) and float(line.partition(" ")[2] or "inf") > now]


def _write(place: Path, lines: Iterable[str]) -> None:
    path = tombstones(place)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w") as handle:
        handle.writelines(f"{line}\n" for line in dict.fromkeys(lines))
        handle.flush()
        to_disk(handle.fileno())
    fresh.replace(path)
    folder_to_disk(path.parent)
