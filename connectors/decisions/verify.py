"""Whether a log is as it was written; where not, what is wrong and where.

Nothing but the public key is needed. With the organisation's key, every entry that is not erased is opened
too, and held against its commitment.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.decisions.chain import NOTHING, Record, is_signed, keys_of, lines_in, public_key, record_in
from connectors.decisions.index import Index, bring_through, open_index, unseal
from connectors.decisions.keys import LogKeys
from connectors.decisions.segment import (
    CHECK,
    COMMITMENT,
    LEAF,
    content_in,
    differing,
    path_of,
)
from connectors.locking import held


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong.

    ``line`` is the number of a line of the chain, ``entry`` that of an entry, ``day`` (ISO) when it was
    written, as far as that is known.
    """

    what: str
    line: int | None = None
    entry: int | None = None
    day: str = ""

    @property
    def sentence(self) -> str:
        """The fault in words, with the place."""
        parts = (
            "" if self.line is None else f"line {self.line:,} of the chain",
            "" if self.entry is None else f"entry {self.entry:,}",
            self.day and f"written on {self.day}",
        )
        where = ", ".join(part for part in parts if part)
        return f"{where}: {self.what}" if where else self.what


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found. The log is sound where there is no fault.

    ``entries = readable + erased + dropped`` counts what was ever added. ``records`` is the number of lines,
    ``digest`` that of the last one.
    """

    faults: tuple[Fault, ...]
    records: int
    entries: int
    erased: int
    dropped: int
    digest: str
    last_at: str

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def read_chain(folder: Path, key_text: str) -> tuple[list[Record], list[Fault]]:
    """The lines up to the first that is wrong. ``key_text`` is a key that must have signed ("" for any)."""
    records, key = list[Record](), ""
    for number, line in enumerate(lines_in(folder)):
        record = record_in(line)
        if record is None:
            return records, [Fault(line=number, what="it was changed, or is no line of a log")]
        key = key or str(record.facts.get("public_key"))
        wrong = _misplaced(records, record) or _unsigned(line, record, key)
        if wrong:
            return records, [Fault(line=number, day=record.at[:10], what=wrong)]
        records.append(record)
        key = keys_of(records)[-1]
    if not records:
        return records, [Fault(what="there is no log, or its chain is gone")]
    if key_text and key_text not in keys_of(records):
        return records, [Fault(line=0, what="the chain is not signed with the key that is known")]
    return records, []


def _misplaced(records: Sequence[Record], record: Record) -> str:
    if record.number != len(records):
        return f"line {record.number:,} stands here: lines were deleted, added twice or moved"
    if record.previous != (records[-1].digest if records else NOTHING):
        return "it does not follow the line before"
    return ""


def _unsigned(line: bytes, record: Record, key_text: str) -> str:
    try:
        good = is_signed(line, record, public_key(key_text))
    except ValueError:
        good = False
    return "" if good else "its signature is not that of this log"


def verify(place: Path, key_text: str, keys: LogKeys | None = None) -> Verified:
    """Check a log where it is kept. With ``keys``, the text of every readable entry too.

    Sources: SHA-256 (FIPS 180-4), Ed25519 (RFC 8032).
    """
    if not place.exists():
        return summed((), (Fault(what="there is no log"),))
    with held(place.with_name(f"{place.name}.lock")):
        try:
            with open_index(place) as index:
                bring_through(place, index)
                return _verified(place, index, key_text, keys)
        except sqlite3.DatabaseError:
            records, faults = read_chain(place, key_text)
            for record in standing(records):
                faults += segment_faults(place, record)
            return summed(records, [*faults, Fault(what="the file index.db cannot be read")])


def _verified(place: Path, index: Index, key_text: str, keys: LogKeys | None) -> Verified:
    records, faults = read_chain(place, key_text)
    erased = erased_of(records)
    for record in standing(records):
        faults += segment_faults(place, record)
        faults += _index_faults(index, record, erased[record.number])
        if keys is not None:
            faults += _text_faults(place, index, record, keys)
    faults += _beyond(index, records)
    return summed(records, faults)


def standing(records: Sequence[Record]) -> list[Record]:
    """The segments whose files must be there."""
    dropped = max((int(one.facts["until"]) for one in records if one.kind == "drop"), default=0)
    return [one for one in records if one.kind == "entries" and one.facts["first"] >= dropped]


def erased_of(records: Sequence[Record]) -> Counter[int]:
    """How many entries of each segment were erased, by the segment's line."""
    found = Counter[int]()
    for one in records:
        if one.kind == "erasure":
            found.update(dict(one.facts["segments"]))
    return found


def summed(records: Sequence[Record], faults: Sequence[Fault]) -> Verified:
    """The account of a chain and its faults."""
    there, erased = standing(records), erased_of(records)
    entries = sum(one.facts["count"] for one in records if one.kind == "entries")
    return Verified(
        faults=tuple(faults),
        records=len(records),
        entries=entries,
        erased=sum(erased[one.number] for one in there),
        dropped=entries - sum(one.facts["count"] for one in there),
        digest=records[-1].digest if records else "",
        last_at=records[-1].at if records else "",
    )


def segment_faults(folder: Path, record: Record, *, content_too: bool = True) -> Iterator[Fault]:
    """What is wrong with the files of one segment."""
    count, first, day = record.facts["count"], record.facts["first"], record.at[:10]
    wanted = ("leaves", "content") if content_too else ("leaves",)
    data = {what: _bytes(path_of(folder, record.number, what)) for what in wanted}
    gone = [what for what, found in data.items() if found is None]
    if gone:
        what = f"the file {path_of(folder, record.number, gone[0]).name} is gone"
        yield Fault(line=record.number, day=day, entry=first, what=what)
        return
    wrong = [
        what for what, found in data.items() if hashlib.sha256(found or b"").hexdigest() != record.facts[what]
    ]
    if wrong:
        leaves, content = data["leaves"] or b"", data.get("content") or b""
        at = next(differing(leaves, content_in(content, count)), None) if content_too else None
        name = path_of(folder, record.number, wrong[0]).name
        yield Fault(
            line=record.number,
            day=day,
            entry=None if at is None else first + at,
            what=f"the file {name} is not as it was written (entries {first:,} to {first + count - 1:,})",
        )


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _index_faults(index: Index, record: Record, erased: int) -> Iterator[Fault]:
    """Entries that cannot be read although no line says that they were erased; or the reverse."""
    first, count = record.facts["first"], record.facts["count"]
    expected, found = count - erased, index.count(first, first + count)
    if found != expected:
        what = f"{found:,} entries of this segment can be read, and the chain says {expected:,}"
        yield Fault(line=record.number, entry=first, day=record.at[:10], what=what)


def _text_faults(place: Path, index: Index, record: Record, keys: LogKeys) -> Iterator[Fault]:
    first, count, day = record.facts["first"], record.facts["count"], record.at[:10]
    leaves = _bytes(path_of(place, record.number, "leaves")) or b""
    content = content_in(_bytes(path_of(place, record.number, "content")) or b"", count)
    sealing = keys.sealing
    for number, key, sealed in index.between(first, first + count):
        secret, at = unseal(sealing, key, sealed), number - first
        opened = None if secret is None else content.open(at, secret)
        leaf = leaves[LEAF * at : LEAF * at + LEAF]
        if opened is None or opened.commitment != leaf[:COMMITMENT] or len(leaf) != COMMITMENT + CHECK:
            yield Fault(line=record.number, entry=number, day=day, what="it does not open as it was written")
            return


def _beyond(index: Index, records: Sequence[Record]) -> Iterator[Fault]:
    """What the index knows and the chain does not: the end of the chain was cut off."""
    ends = [one.facts["first"] + one.facts["count"] for one in records if one.kind == "entries"]
    entries = max(ends, default=0)
    if index.last() >= entries or index.pending():
        what = "the chain was cut off here: entries are known that no line names"
        yield Fault(line=len(records), entry=entries, what=what)
