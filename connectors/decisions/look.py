"""A part of a log to be shown: read beside a writer, without its lock, and no more than is shown.

No signature is checked here: `connectors.decisions.verify` does that.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.schema import BadInput
from connectors.decisions.chain import Record, lines_in
from connectors.decisions.entry import Decision, decision_in
from connectors.decisions.index import Index, look_index, unseal
from connectors.decisions.keys import LogKeys
from connectors.decisions.leads import DAMAGED
from connectors.decisions.segment import Opened, look_content
from connectors.decisions.verify import standing
from connectors.pseudonym import LeadKey

COUNTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "entries": ("first", "count"),
        "drop": ("until", "count"),
        "erasure": ("count",),
        "rekey": ("leads",),
    }
)
LARGEST = 1 << 62
"""Beyond what any log counts up to, and within what its index can hold."""
# An entry of the index: its number, the key of its lead, the sealed secret.
Row = tuple[int, bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries: logged on one day (ISO, "" for any), of one lead, before a number, so many at most."""

    day: str = ""
    lead: LeadKey | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One entry and the pseudonym of its lead (hexadecimal)."""

    lead: str
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Entries, the newest first; ``before`` is where to go on, None at the end."""

    entries: tuple[Shown, ...]
    before: int | None = None


def chain_of(place: Path) -> tuple[Record, ...]:
    """The lines of a log as they lie there. Raises BadInput for a line that is none, or cannot be read."""
    try:
        records = tuple(Record(**json.loads(line)["record"]) for line in lines_in(place))
    except (OSError, ValueError, TypeError, KeyError):
        raise BadInput(DAMAGED) from None
    if not all(map(_is_whole, records)):
        raise BadInput(DAMAGED)
    return records


def _is_whole(record: Record) -> bool:
    """Whether a line has what is counted by: nobody has checked its signature."""
    if type(record.at) is not str or type(record.facts) is not dict:
        return False
    counted = (record.number, *(record.facts.get(name) for name in COUNTED.get(str(record.kind), ())))
    return all(type(one) is int and 0 <= one < LARGEST for one in counted)


def by_day(records: Sequence[Record]) -> tuple[tuple[str, int], ...]:
    """The days on which something was logged that is still kept, the newest first, with how much it was."""
    found = Counter[str]()
    for one in standing(records):
        found[one.at[:10]] += int(one.facts["count"])
    return tuple(sorted(found.items(), reverse=True))


def part_of(place: Path, keys: LogKeys, records: Sequence[Record], asked: Asked) -> Part:
    """The entries that are asked for and not erased.

    Raises
    ------
    BadInput
        An entry cannot be read: the log is damaged.
    """
    chosen = [one for one in standing(records) if asked.day in {"", one.at[:10]}]
    with look_index(place) as index:
        rows = (
            _rows(index, chosen, asked) if asked.lead is None else _rows_of(index, asked.lead, chosen, asked)
        )
    shown = tuple(_opened(place, keys.sealing, chosen, rows[: asked.limit]))
    return Part(entries=shown, before=rows[asked.limit - 1][0] if len(rows) > asked.limit else None)


def _rows(index: Index, chosen: Sequence[Record], asked: Asked) -> list[Row]:
    """The rows of the index, the newest first, and one more than is asked for where there are more."""
    found, wanted = list[Row](), asked.limit + 1
    for first, end in _spans(chosen, asked.before):
        if len(found) < wanted:
            found += index.newest(first, end, wanted - len(found))
    return found


def _rows_of(index: Index, lead: LeadKey, chosen: Sequence[Record], asked: Asked) -> list[Row]:
    """As `_rows`, of one lead."""
    known = index.known([lead.digest]).get(lead.digest)
    if known is None:
        return []
    numbers, spans = index.entries_of(known.id), list(_spans(chosen, asked.before))
    inside = [one for one in reversed(numbers) if any(first <= one < end for first, end in spans)]
    return [(one, known.key, known.sealed) for one in inside[: asked.limit + 1]]


def _spans(chosen: Sequence[Record], before: int | None) -> Iterator[tuple[int, int]]:
    """From which number to before which the entries of each segment go, the newest first."""
    for one in reversed(chosen):
        first, end = int(one.facts["first"]), int(one.facts["first"] + one.facts["count"])
        yield first, end if before is None else min(end, before)


def _opened(place: Path, sealing: AESGCM, chosen: Sequence[Record], rows: Sequence[Row]) -> Iterator[Shown]:
    """Each entry in the clear; of a segment that went meanwhile, none."""
    for record, some in _by_segment(chosen, rows):
        try:
            content = look_content(place, record.number, record.facts["count"])
        except FileNotFoundError:
            if record in standing(chain_of(place)):
                raise BadInput(DAMAGED) from None
            continue
        except OSError:
            raise BadInput(DAMAGED) from None
        for number, key, sealed in some:
            secret = unseal(sealing, key, sealed)
            opened = None if secret is None else content.open(number - record.facts["first"], secret)
            if opened is None:
                raise BadInput(DAMAGED)
            yield Shown(lead=key.hex(), decision=_decision(opened, number, record))


def _decision(opened: Opened, number: int, record: Record) -> Decision:
    try:
        return decision_in(opened.text.decode(), number, record.facts)
    except (ValueError, KeyError, TypeError):
        raise BadInput(DAMAGED) from None


def _by_segment(chosen: Sequence[Record], rows: Sequence[Row]) -> Iterator[tuple[Record, list[Row]]]:
    """Rows that come one after the other out of one segment, with it."""

    def place(row: Row) -> int:
        return bisect_right(chosen, row[0], key=lambda one: int(one.facts["first"])) - 1

    for at, some in groupby(rows, place):
        yield chosen[at], list(some)
