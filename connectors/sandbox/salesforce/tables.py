"""The records of one object: kept, or made on demand where there are too many to keep.

A record is never changed in place, so what a query holds is a snapshot. A million leads that nobody changed
take no memory: they are made again from their number whenever they are read.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.record_ids import id_number, make_id

Record = Mapping[str, Value]


@dataclass(slots=True, kw_only=True)
class MadeLeads(MutableMapping[str, Record]):
    """Records numbered from 1 to ``count``, made by ``make``; what was written since is kept."""

    prefix: str
    count: int
    make: Callable[[int], Record]
    own: dict[str, Record] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def __getitem__(self, key: str) -> Record:
        """The record with an 18-character id."""
        if key in self.own:
            return self.own[key]
        if key in self.gone or not self._made(key):
            raise KeyError(key)
        return self.make(id_number(key))

    def __setitem__(self, key: str, record: Record) -> None:
        """Keep a record."""
        self.gone.discard(key)
        self.own[key] = record

    def __delitem__(self, key: str) -> None:
        """Forget a record for good."""
        if key not in self:
            raise KeyError(key)
        self.own.pop(key, None)
        if self._made(key):
            self.gone.add(key)

    def __contains__(self, key: object) -> bool:
        """Whether there is a record with that id."""
        known = isinstance(key, str) and (key in self.own or self._made(key))
        return known and key not in self.gone

    def __iter__(self) -> Iterator[str]:
        """The ids, oldest first."""
        made = (make_id(self.prefix, number) for number in range(1, self.count + 1))
        yield from (key for key in made if key not in self.gone)
        yield from [key for key in self.own if not self._made(key)]

    def __len__(self) -> int:
        """How many records there are."""
        return self.count - len(self.gone) + sum(not self._made(key) for key in self.own)

    def _made(self, key: str) -> bool:
        return key.startswith(self.prefix) and 1 <= id_number(key) <= self.count

    def snapshot(self) -> MadeRows:
        """All records as they are now."""
        own, later = dict(self.own), [row for key, row in self.own.items() if not self._made(key)]
        hidden = frozenset(id_number(key) for key in self.gone)
        numbers = range(1, self.count + 1)
        kept = array("L", (n for n in numbers if n not in hidden)) if hidden else numbers
        return MadeRows(source=self.make, prefix=self.prefix, own=own, numbers=kept, later=later)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRows(Sequence[Record]):
    """Some records of a table, in order, each made when it is read."""

    source: Callable[[int], Record]
    prefix: str
    own: Mapping[str, Record]
    numbers: Sequence[int]
    later: Sequence[Record]

    def __len__(self) -> int:
        """How many records."""
        return len(self.numbers) + len(self.later)

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Record]: ...
    def __getitem__(self, at: int | slice) -> Record | Sequence[Record]:
        """One record, or a part of the sequence."""
        if isinstance(at, int):
            place = range(len(self))[at]
            made = len(self.numbers)
            return self._row(self.numbers[place]) if place < made else self.later[place - made]
        start, stop, _ = at.indices(len(self))
        made = len(self.numbers)
        later = self.later[max(0, start - made) : max(0, stop - made)]
        return self._part(self.numbers[start:stop], later)

    def __iter__(self) -> Iterator[Record]:
        """The records in order."""
        yield from map(self._row, self.numbers)
        yield from self.later

    def where(self, test: Callable[[Record], bool]) -> MadeRows:
        """The records that pass a test; only their numbers are kept."""
        numbers = array("L", (n for n in self.numbers if test(self._row(n))))
        return self._part(numbers, [row for row in self.later if test(row)])

    def without(self, keys: Collection[str]) -> MadeRows:
        """All but the records with these ids; no record is made for it."""
        gone = {id_number(key) for key in keys}
        numbers = array("L", (n for n in self.numbers if n not in gone)) if gone else self.numbers
        hidden = set(keys)
        return self._part(numbers, [row for row in self.later if row["Id"] not in hidden])

    def _row(self, number: int) -> Record:
        key = make_id(self.prefix, number) if self.own else ""
        return self.own.get(key) or self.source(number)

    def _part(self, numbers: Sequence[int], later: Sequence[Record]) -> MadeRows:
        return MadeRows(source=self.source, prefix=self.prefix, own=self.own, numbers=numbers, later=later)


def where(rows: Sequence[Record], test: Callable[[Record], bool]) -> Sequence[Record]:
    """The records that pass a test, in order."""
    return rows.where(test) if isinstance(rows, MadeRows) else [row for row in rows if test(row)]
