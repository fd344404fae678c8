"""One open log: entries, erasures, drops and new keys are written here, by one process at a time.

What is written counts from the moment that the index commits it, together with its line; the segment's
files are on the disk before, the line comes into the chain after. A crash in between leaves files that
nothing names, or a line that the next opening adds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain as in_turn
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.schema import BadInput
from connectors.decisions.chain import (
    KIND,
    NOTHING,
    Record,
    keys_of,
    line_of,
    public_text,
)
from connectors.decisions.entry import Decision, decision_in
from connectors.decisions.index import (
    Index,
    Known,
    bring_through,
    seal,
    unseal,
)
from connectors.decisions.keys import LogKeys
from connectors.decisions.leads import DAMAGED, new_leads, old_leads, shuffled
from connectors.decisions.segment import Content, path_of, read_content, write_segment

SEGMENT = 100_000

# What a sync says of one lead: its key, the mark of all that is known of it, the texts of its new entries,
# and how the index knows it (None: not yet). It is a bare tuple because there are millions.
Seen = tuple[bytes, bytes, tuple[str, ...], Known | None]


@dataclass(slots=True, kw_only=True)
class Ledger:
    """An open log. ``at`` is the present moment (ISO 8601, UTC)."""

    place: Path
    keys: LogKeys
    index: Index
    at: str
    records: list[Record]

    def append(self, seen: Iterable[Seen], about: Mapping[str, Any]) -> int:
        """Add the new entries of leads, in segments; how many. ``about`` is what their segments say."""
        waiting, entries, made = list[Seen](), 0, 0
        for one in seen:
            waiting.append(one)
            entries += len(one[2])
            if entries >= SEGMENT or len(waiting) >= SEGMENT:
                made += self._segment(waiting, about)
                waiting, entries = [], 0
        return made + self._segment(waiting, about)

    def erase(self, keys: Sequence[bytes]) -> int:
        """Destroy the secrets of leads for good; how many entries nobody can read any more."""
        with self._committing():
            leads = [one.id for one in self.index.known(list(dict.fromkeys(keys))).values()]
            gone = self.index.forget(leads)
            if gone:
                self._draw("erasure", {"count": len(gone), "segments": self._by_segment(gone)})
        if gone:
            self.index.overwrite()
        return len(gone)

    def drop_before(self, moment: str) -> int:
        """Let the segments go that were written before a moment (ISO 8601, UTC); how many entries.

        One of the future was written by a clock that went wrong: it goes with an old one behind it.
        """
        old = list(takewhile(lambda one: one.at < moment or one.at > self.at, self.segments()))
        while old and old[-1].at > self.at:
            old.pop()
        return self._drop(old)

    def empty(self) -> int:
        """Let every entry go: the secrets are destroyed and the files removed; how many entries."""
        gone = self._drop(self.segments())
        with self._committing():
            self.index.clear()
        self.index.overwrite()
        return gone

    def rekey(self, mapping: Callable[[str], str], generation: int = 0) -> int:
        """Move every lead to the key that a mapping of keys (hexadecimal text) gives; how many leads.

        ``generation`` is that of the new keys; the index remembers it. The files of the lake are others after
        a rotation; their leads are known by their marks.

        Raises
        ------
        BadInput
            The secret of a lead does not open: nothing is changed.
        """
        sealing = self.keys.sealing

        def moved(key: bytes, sealed: bytes) -> tuple[bytes, bytes]:
            secret = unseal(sealing, key, sealed)
            if secret is None:
                raise BadInput(DAMAGED)
            new = bytes.fromhex(mapping(key.hex()))
            return new, seal(sealing, new, secret)

        with self._committing():
            made = self.index.rekey(moved)
            self.index.set_generation(generation)
            if made:
                self._draw("rekey", {"leads": made})
        self.index.overwrite()
        return made

    def of(self, lead: Known) -> list[Decision]:
        """The entries of a lead, oldest first. Raises BadInput where one cannot be read."""
        secret = unseal(self.keys.sealing, lead.key, lead.sealed)
        if secret is None:
            raise BadInput(DAMAGED)
        found = [self._decision(number, secret) for number in self.index.entries_of(lead.id)]
        return sorted(found, key=lambda one: (one.scored_at, one.seen_at, one.number))

    def segments(self) -> list[Record]:
        """The segments that are still there, in the order of their entries."""
        dropped = max((one.facts["until"] for one in self.records if one.kind == "drop"), default=0)
        return [one for one in self.records if one.kind == "entries" and one.facts["first"] >= dropped]

    @property
    def dropped(self) -> str:
        """When the newest segment was written of those that were let go; "" where none was."""
        return max((one.facts["to"] for one in self.records if one.kind == "drop"), default="")

    @property
    def entries(self) -> int:
        """How many entries were ever added."""
        last = next((one for one in reversed(self.records) if one.kind == "entries"), None)
        return 0 if last is None else int(last.facts["first"] + last.facts["count"])

    def _segment(self, seen: Sequence[Seen], about: Mapping[str, Any]) -> int:
        """One segment. The order of its leads is drawn by lot: it must not tell the order of the keys."""
        known = {key: one for key, _, _, one in seen if one is not None}
        with self._committing():
            self.index.mark((mark, known[key].id) for key, mark, _, _ in seen if key in known)
            texts = [(key, text.encode()) for key, _, some, _ in seen for text in some]
            if not texts:
                return 0
            fresh = [(key, mark) for key, mark, some, one in seen if some and one is None]
            leads = {
                **old_leads(self.keys, known, {key for key, _ in texts}),
                **new_leads(self.keys, self.index, fresh),
            }
            drawn = shuffled(texts)
            digests = write_segment(
                self.place, len(self.records), [(leads[key][1], text) for key, text in drawn]
            )
            first = self.entries
            numbers = range(first, first + len(drawn))
            self.index.add_entries(zip(numbers, [leads[key][0] for key, _ in drawn], strict=True))
            self._draw("entries", {**about, **digests, "first": first, "count": len(drawn)})
        return len(drawn)

    def _drop(self, old: Sequence[Record]) -> int:
        """Let whole segments from the front go; their lines stay, and with them their digests."""
        if not old:
            return 0
        until = int(old[-1].facts["first"] + old[-1].facts["count"])
        first = int(old[0].facts["first"])
        with self._committing():
            read = self.index.drop_before(until)
            told = {"first": first, "until": until, "count": until - first, "readable": read}
            times = {"from": old[0].at, "to": old[-1].at}
            self._draw("drop", {**told, **times, "segments": len(old), "digest": old[-1].digest})
        self.index.overwrite()
        self.tidy()
        return until - first

    def _by_segment(self, numbers: Iterable[int]) -> list[list[int]]:
        """How many of some entries each segment has: pairs of its number and a count."""
        segments = self.segments()
        firsts = [one.facts["first"] for one in segments]
        places = np.searchsorted(np.array(firsts), np.array(list(numbers)), side="right") - 1
        which, counts = np.unique(places, return_counts=True)
        return [
            [segments[at].number, count] for at, count in zip(which.tolist(), counts.tolist(), strict=True)
        ]

    def _decision(self, number: int, secret: bytes) -> Decision:
        segments = self.segments()
        record = segments[bisect_right(segments, number, key=lambda one: int(one.facts["first"])) - 1]
        content = self._content(record)
        opened = content.open(number - record.facts["first"], secret)
        if opened is None:
            raise BadInput(DAMAGED)
        return decision_in(opened.text.decode(), number, record.facts)

    def _content(self, record: Record) -> Content:
        return read_content(self.place, record.number, record.facts["count"])

    def _draw(self, kind: KIND, facts: Mapping[str, Any]) -> None:
        previous = self.records[-1].digest if self.records else NOTHING
        record = Record(number=len(self.records), kind=kind, at=self.at, previous=previous, facts=facts)
        self.index.put_off(record.number, line_of(record, self._signer))
        self.records.append(record)

    @property
    def _signer(self) -> Ed25519PrivateKey:
        """The key that the chain expects. Raises BadInput where this installation does not have it."""
        wanted = keys_of(self.records)[-1] if self.records else public_text(self.keys.signing[0])
        found = next((one for one in self.keys.signing if public_text(one) == wanted), None)
        if found is None:
            msg = (
                "the decision log was signed with another master key than this installation has: name that "
                "one as FAIRLEAD_MASTER_KEY_PREVIOUS and run fairlead reseal, or move its folder elsewhere"
            )
            raise BadInput(msg)
        return found

    @contextmanager
    def _committing(self) -> Iterator[None]:
        before = len(self.records)
        try:
            with self.index.writing():
                yield
        except BaseException:
            del self.records[before:]
            raise
        bring_through(self.place, self.index)

    def tidy(self) -> None:
        """Remove the files that no line names."""
        named = {
            path_of(self.place, one.number, what) for one in self.segments() for what in ("leaves", "content")
        }
        for path in in_turn(self.place.glob("*.leaves"), self.place.glob("*.content")):
            if path not in named:
                path.unlink(missing_ok=True)

    def begin(self, source: str) -> None:
        """Write the first line: whose scores they are, and the key that signs."""
        with self._committing():
            key = public_text(self.keys.signing[0])
            self._draw("begin", {"format": 1, "source": source, "public_key": key})

    def hand_over(self) -> None:
        """Name the key in force where the chain was signed with a former one until now."""
        key = public_text(self.keys.signing[0])
        if keys_of(self.records)[-1] != key:
            with self._committing():
                self._draw("key", {"public_key": key})
