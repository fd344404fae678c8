"""A folder or a database that was put back from a backup, brought in line: who was erased is erased again.

Both count the changes (`connectors.counting`). What either of them knows of who must not come back counts,
and whoever is named is erased before anything else is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import pyarrow as pa

from connectors import staging, tombstones
from connectors.counting import Numbers
from connectors.lake import Lake
from connectors.locking import Locked, locked
from connectors.meeting import Coming
from connectors.merging import Change, merge
from connectors.partitions import Manifest, load_manifest, read_aside, save_manifest, stretches
from connectors.seals import Home

# Which of some leads (by the number of a state) are known to have gone since.
GoneSince = Callable[[int, pa.ChunkedArray], pa.Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """What was done: how many held leads were erased again, and which keys the database did not know of."""

    erased: int = 0
    told: Mapping[str, int | None] = field(default_factory=dict, repr=False)


NOT_WRITTEN = InLine()


def numbers(lake: Lake, crm: str, organisation: str) -> Numbers | None:
    """How far the folder has come; None where nothing of an organisation lies here.

    Raises
    ------
    DoesNotOpen
        It is not of the key in force, or was changed.
    """
    if not lake.holds(crm, organisation):
        return None
    with lake.writing(crm, organisation, lenient=True) as home:
        held = load_manifest(home)
        return Numbers(state=0 if held is None else held.state, erasures=tombstones.number(home))


def bring_in_line(
    lake: Lake, crm: str, organisation: str, known: Mapping[str, int | None], gone: GoneSince
) -> InLine:
    """Erase from the folder whoever either side knows to be erased. A pull under way here is begun anew.

    ``known`` are the keys that the database keeps away, each with the second until which (None: for good).
    """
    with lake.writing(crm, organisation, lenient=True) as home:
        here = dict(map(tombstones.parts_of, tombstones.lines(home)))
        tombstones.write(home, map(tombstones.line_of, _both(here, known).items()))
        told = {key: until for key, until in here.items() if known.get(key, 0) != until}
        home.changes.away |= told
        with suppress(Locked), locked(home.path, "pull", wait=False):
            staging.clear(home.within("pull"))
        held = load_manifest(home)
        erased = 0 if held is None else _erased(home, held, gone)
        return InLine(erased=erased, told=told)


def _both(one: Mapping[str, int | None], other: Mapping[str, int | None]) -> dict[str, int | None]:
    """The keys of both; the later end counts, and none is later than for good."""
    found = dict(one)
    for key, until in other.items():
        before = found.get(key, 0)
        found[key] = None if None in {before, until} else max(before or 0, until or 0)
    return found


def _erased(home: Home, held: Manifest, gone: GoneSince) -> int:
    """Take out who must not be held; the state counts as the newest, also where that is nobody."""
    leaving = pa.chunked_array([tombstones.away(home), *_named(home, held, gone)], pa.string()).unique()
    changed, merged = merge(home, held, Change(coming=Coming(gone=leaving)))
    save_manifest(home, changed)
    return merged.removed


def _named(home: Home, held: Manifest, gone: GoneSince) -> list[pa.Array]:
    found = [gone(held.state, read_aside(home, held)["lead_key"])]
    for day in sorted(held.partitions):
        found += [gone(held.state, stretch["lead_key"]) for stretch in stretches(home, held, day)]
    return found
