"""Leads that must not come back, by their keys: for good, or until they are known to be there again.

::

    <organisation>.erased-<generation>    a line per key; with a number behind it, only until that second

The first line counts how often the list was changed: the database counts too (`connectors.counting`).
A key says nothing of the person; it stops an old page of a pull, or a later import, from bringing
back who was erased. The file is sealed. Whoever changes the file holds the organisation's write lock.
"""

from __future__ import annotations

import glob
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from connectors.counting import Behind
from connectors.partitions import folder_to_disk, to_disk
from connectors.pseudonym import LeadKey
from connectors.seals import Home

_COUNT, UNCOUNTED = "#", -1
_LINE = re.compile(r"[0-9a-f]{32}( [0-9]{1,12})?\Z")


def files(place: Path) -> Iterator[Path]:
    """The files of one organisation, whatever their generation; a killed process's too."""
    return place.parent.glob(f"{glob.escape(place.name)}.erased*")


def add(home: Home, leads: Iterable[LeadKey], until: float | None = None) -> None:
    """Keep keys away for good, or until a moment (seconds since 1970); who is away for good stays so."""
    second, known = None if until is None else int(until), lines(home)
    for_good = frozenset(known)
    more = {lead.hex: second for lead in leads if lead.hex not in for_good}
    if not more:
        return
    write(home, [*known, *map(line_of, more.items())])
    home.changes.away |= more


def lift(home: Home, leads: Iterable[LeadKey]) -> None:
    """Let keys come back, but for those that are away for good."""
    back, known = {lead.hex for lead in leads}, lines(home)
    stay = [line for line in known if " " not in line or line.partition(" ")[0] not in back]
    if len(stay) < len(known):
        write(home, stay)
        home.changes.back |= {line.partition(" ")[0] for line in {*known} - {*stay}}


def away(home: Home) -> pa.Array:
    """The keys that must not come back now."""
    return pa.array([line.partition(" ")[0] for line in lines(home)], pa.string())


def lines(home: Home) -> list[str]:
    """The lines that stand.

    Raises
    ------
    DoesNotOpen
        The file is of another seal, or was changed.
    Behind
        It is older than what the database knows of, or gone.
    """
    now, (count, found) = time.time(), _stored(home)
    if UNCOUNTED < count < home.seal.known.erasures and not home.lenient:
        raise Behind
    return [line for line in found if float(line.partition(" ")[2] or "inf") > now]


def number(home: Home) -> int:
    """How often the list was changed, as it lies here; `UNCOUNTED` for one that an older version wrote."""
    return _stored(home)[0]


def line_of(one: tuple[str, int | None]) -> str:
    """A line out of a key and the second until which it stands."""
    return one[0] if one[1] is None else f"{one[0]} {one[1]}"


def parts_of(line: str) -> tuple[str, int | None]:
    """What `line_of` was given."""
    key, _, until = line.partition(" ")
    return key, int(until) if until else None


def write(home: Home, lines: Iterable[str], count: int | None = None) -> None:
    """Make ``lines`` those that stand; they count as a change, unless ``count`` is what they count as."""
    path = _path(home)
    known = list(dict.fromkeys(lines))
    if count is None:
        before = number(home)
        count = home.changes.erasures = max(before, home.seal.known.erasures, 0) + 1
        if before == UNCOUNTED:
            home.changes.away |= dict(map(parts_of, known))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.new")
    text = "".join(f"{line}\n" for line in (f"{_COUNT}{count}", *known))
    with fresh.open("wb") as handle:
        handle.write(home.seal.cells("erased").lock(text.encode()))
        handle.flush()
        to_disk(handle.fileno())
    fresh.replace(path)
    folder_to_disk(path.parent)


def lies_plain(home: Home) -> bool:
    """Whether a file lies here in the clear, as an earlier version wrote it."""
    return home.seal.takes_plain and _plain(home).exists()


def discard(home: Home) -> None:
    """Throw the file of this generation away."""
    _path(home).unlink(missing_ok=True)


def has_others(home: Home) -> bool:
    """Whether there are files of other generations, or one in the clear."""
    return any(path != _path(home) for path in files(home.path))


def clean(home: Home) -> None:
    """Remove the files of other generations, and what was in the clear."""
    for path in files(home.path):
        if path != _path(home):
            path.unlink(missing_ok=True)


def _stored(home: Home) -> tuple[int, list[str]]:
    """The count and the lines."""
    try:
        text = home.seal.cells("erased").unlock(_path(home).read_bytes()).decode()
    except FileNotFoundError:
        if not lies_plain(home):
            return 0, []
        # A line that a crash cut short is none.
        return UNCOUNTED, [line for line in _plain(home).read_text().splitlines() if _LINE.match(line)]
    first, *more = text.splitlines() or [f"{_COUNT}0"]
    return (int(first[1:]), more) if first.startswith(_COUNT) else (UNCOUNTED, [first, *more])


def _path(home: Home) -> Path:
    return home.path.with_name(f"{home.path.name}.erased-{home.seal.generation}")


def _plain(home: Home) -> Path:
    return home.path.with_name(f"{home.path.name}.erased")
