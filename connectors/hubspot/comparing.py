"""Every lead that is held against every contact that is there, in one pass and in memory that does not grow.

It finds what no date tells: contacts that were erased for good, that were restored, or that no sync ever
saw. With the ids HubSpot lists the score, which HubSpot computes, so that a score that changed without a
date is found too. What is missing or another is read at once, while its id is at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.errors import Busy
from connectors.hubspot.answers import Document, part, record_number
from connectors.hubspot.records import text_of
from connectors.policy.model import Rule
from connectors.pseudonym import Keyring, LeadKey
from connectors.repeats import words

# Of a lead that was turned away no score is held.
NO_MARK = 0


@dataclass(slots=True, kw_only=True)
class Known:
    """The keys of all that is held, in their order: 21 bytes for each lead."""

    _high: NDArray[np.uint64] = field(repr=False)
    _low: NDArray[np.uint64] = field(repr=False)
    _marks: NDArray[np.uint32] = field(repr=False)
    _seen: NDArray[np.bool_] = field(repr=False)

    @classmethod
    def of(cls, tables: Iterable[pa.Table], column: str) -> Known:
        """Take the keys out of tables; where a lead is in several, the last one counts."""
        pairs, marks = [np.empty((0, 2), np.uint64)], [np.empty(0, np.uint32)]
        for table in tables:
            pairs.append(words(table["lead_key"]).astype(np.uint64))
            marks.append(_marks(table, column))
        keys, told = np.concatenate(pairs), np.concatenate(marks)
        # Stable: of equal keys the last one stays last.
        order = np.lexsort((keys[:, 1], keys[:, 0]))
        keys, told = keys[order], told[order]
        last = np.ones(len(keys), np.bool_)
        last[:-1] = (keys[1:] != keys[:-1]).any(axis=1)
        high, low = keys[last, 0].copy(), keys[last, 1].copy()
        return cls(_high=high, _low=low, _marks=told[last], _seen=np.zeros(len(high), np.bool_))

    def see(self, key: LeadKey, mark: int) -> bool:
        """Note that a lead is there; returns whether it is held as it is."""
        high, low = (np.uint64(int.from_bytes(half)) for half in (key.digest[:8], key.digest[8:]))
        place = int(np.searchsorted(self._high, high))
        while place < len(self._high) and self._high[place] == high:
            if self._low[place] == low:
                self._seen[place] = True
                return mark == NO_MARK or int(self._marks[place]) in {NO_MARK, mark}
            place += 1
        return False

    def unseen(self) -> Iterator[LeadKey]:
        """The leads that are held and are not there."""
        for place in np.flatnonzero(~self._seen):
            yield LeadKey(int(self._high[place]).to_bytes(8) + int(self._low[place]).to_bytes(8))


def mark_of(value: str | None) -> int:
    """A score in four bytes, to see whether it is the same."""
    return crc32(repr(value).encode(errors="surrogatepass")) or 1


def differing(known: Known, records: Sequence[Document], keyring: Keyring, rule: Rule | None) -> list[str]:
    """The ids among some listed contacts that are not held, or with another score.

    Raises
    ------
    Busy
        A contact was listed without an id: whose it is cannot be told, and it must not pass for gone.
    """
    if not all(map(record_number, records)):
        msg = "HubSpot's contact list holds a contact without an id, so that nobody can be said to be gone"
        raise Busy(msg, retry_after=60.0)
    shown = [text_of(part(record, "properties").get(rule.field)) if rule else None for record in records]
    made = rule.operator.apply(shown, keyring).values if rule else shown
    found = list[str]()
    for record, value in zip(records, made, strict=True):
        one = record_number(record)
        if not known.see(keyring.lead_key(one), mark_of(value) if rule else NO_MARK):
            found.append(one)
    return found


def _marks(table: pa.Table, column: str) -> NDArray[np.uint32]:
    if not column or column not in table.column_names:
        return np.zeros(table.num_rows, np.uint32)
    return np.array([mark_of(value) for value in table[column].to_pylist()], np.uint32)
