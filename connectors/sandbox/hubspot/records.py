"""The records of one object type: their ids, dates and values, and what their values were.

What a portal is filled with is kept as it was given and turned into text when it is read; beside it
stand three numbers per record and what was written since. A hundred thousand contacts take no more
memory than their contents.
"""

from __future__ import annotations

import random
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.sandbox.fields import Value
from connectors.sandbox.hubspot.clock import Clock, moment_ms, stamp_ms
from connectors.sandbox.hubspot.definitions import Definition, as_text
from connectors.sandbox.hubspot.indexing import Index
from connectors.sandbox.hubspot.kinds import Kind

# A value that a property had, since when (ms), and what wrote it.
Version = tuple[str, int, str]
# A property, what was written to it, when (ms), and what wrote it.
_Write = tuple[str, str, int, str]
_ID = "hs_object_id"


def _numbers() -> array[int]:
    return array("q")


@dataclass(slots=True, kw_only=True)
class Records:
    """All records of one type, in the order of their ids, which only ever grow."""

    kind: Kind
    clock: Clock
    definitions: dict[str, Definition]
    groups: dict[str, str]
    archived_definitions: dict[str, Definition] = field(default_factory=dict)
    numbers: array[int] = field(default_factory=_numbers)
    created: array[int] = field(default_factory=_numbers)
    modified: array[int] = field(default_factory=_numbers)
    archived: dict[int, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    merged: dict[int, int] = field(default_factory=dict)
    index: Index = field(init=False)
    _base: Sequence[Mapping[str, Value]] = ()
    _own: dict[int, dict[str, str]] = field(default_factory=dict)
    _written: dict[int, list[_Write]] = field(default_factory=dict)
    _told: dict[tuple[int, str], list[Version]] = field(default_factory=dict)
    _known: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with an index that knows nothing."""
        self.index = Index(records=self)

    def load(self, records: Sequence[Mapping[str, Value]], seed: int) -> None:
        """Fill the portal. Ids grow by random steps.

        Raises
        ------
        ValueError
            A record has a field that the portal does not have.
        """
        steps = random.Random(seed)  # noqa: S311 - ids of made-up records
        number, now = self.kind.first_id, self.clock.milliseconds()
        if any(not name.islower() for record in records for name in record):
            records = [{name.lower(): value for name, value in record.items()} for record in records]
        for record in records:
            number += steps.randint(1, 60)
            self._admit(record)
            born = self._dated(record, self.kind.created, now)
            self._append(number, born, self._dated(record, self.kind.modified, born))
        self._base = records

    def add(self, values: Mapping[str, str], lag: float = 0.0, source: str = "INTEGRATION") -> int:
        """A new record that search knows ``lag`` seconds later; its id comes last."""
        now = self.clock.milliseconds()
        number = self.numbers[-1] + 1 if self.numbers else self.kind.first_id
        born = moment_ms(values.get(self.kind.created, "")) or now
        self._append(number, born, moment_ms(values.get(self.kind.modified, "")) or now)
        self._own[number] = {name: value for name, value in values.items() if value}
        self._written[number] = [(name, value, born, source) for name, value in self._own[number].items()]
        self._forget_known(values)
        self.index.expect(number, now + round(lag * 1000))
        return number

    def change(
        self, number: int, values: Mapping[str, str], lag: float = 0.0, source: str = "INTEGRATION"
    ) -> None:
        """Write checked values, of which an empty one clears; search knows them ``lag`` seconds later."""
        now, names = self.clock.milliseconds(), (*values, self.kind.modified)
        before = {name: self.text(number, name) for name in names}
        own = self._own.setdefault(number, {})
        self._written.setdefault(number, []).extend(
            (name, value, now, source) for name, value in values.items()
        )
        self._forget_known(values)
        own.update(values)
        self.modified[self.place(number)] = now
        after = {name: self.text(number, name) for name in names}
        self.index.lag(number, before, after, now + round(lag * 1000))

    def place(self, number: int) -> int:
        """Where a record stands in the order."""
        return bisect_left(self.numbers, number)

    def live(self, start: int = 0, *, archived: bool = False) -> Iterator[int]:
        """Ids from one on, in order, either of archived records or of the others."""
        for place in range(self.place(start), len(self.numbers)):
            number = self.numbers[place]
            if number not in self.gone and (number in self.archived) is archived:
                yield number

    def find(self, name: str, *, archived: bool = False) -> int | None:
        """The record of an id; a merged id leads to the winner."""
        if not (name.isascii() and name.isdecimal()) or len(name) > 18:
            return None
        number = int(name)
        while number in self.merged:
            number = self.merged[number]
        place = self.place(number)
        exists = place < len(self.numbers) and self.numbers[place] == number and number not in self.gone
        return number if exists and (number in self.archived) is archived else None

    def with_value(self, name: str, value: str) -> int | None:
        """The record that is not archived and has this value of a unique property, without case."""
        if name not in self._known:
            found = ((self.text(number, name), number) for number in self.live())
            self._known[name] = {text.lower(): number for text, number in found if text}
        number = self._known[name].get(value.lower())
        return None if number is None or number in self.archived or number in self.gone else number

    def text(self, number: int, name: str) -> str | None:
        """The value of one property."""
        if name == _ID:
            return str(number)
        place = self.place(number)
        if name == self.kind.created:
            return stamp_ms(self.created[place])
        if name == self.kind.modified:
            return stamp_ms(self.modified[place])
        own = self._own.get(number)
        if own is not None and name in own:
            return own[name] or None
        return self._original(place, name)

    def values(self, number: int) -> dict[str, str]:
        """Every value of a record."""
        place, own = self.place(number), self._own.get(number, {})
        base = self._base[place] if place < len(self._base) else {}
        names = {*base, *own, *self.kind.always}
        found = {name: self.text(number, name) for name in names}
        return {name: value for name, value in found.items() if value is not None}

    def versions(self, number: int, name: str) -> list[Version]:
        """What a property was, newest first."""
        written = [
            (value, when, source) for one, value, when, source in self._written.get(number, ()) if one == name
        ]
        return [*self._told.get((number, name), self._first(number, name)), *written][::-1]

    def remember(self, number: int, name: str, versions: Sequence[Version]) -> None:
        """Say what a property was, oldest first; the last is its value now."""
        self._told[number, name] = list(versions)
        self._written[number] = [one for one in self._written.get(number, ()) if one[0] != name]
        self._own.setdefault(number, {})[name] = versions[-1][0]
        self._forget_known((name,))
        self.index.forget(name)

    def erase(self, number: int) -> None:
        """Forget a record for good."""
        self.gone.add(number)
        self.archived.pop(number, None)
        self._own.pop(number, None)
        self._written.pop(number, None)
        for key in [key for key in self._told if key[0] == number]:
            del self._told[key]

    def unarchive(self, number: int) -> None:
        """Out of the recycling bin."""
        self.archived.pop(number, None)
        self._known.clear()

    def drop_property(self, name: str) -> None:
        """A property goes into the archive: nobody reads or writes it, its name stays taken."""
        self.archived_definitions[name] = self.definitions.pop(name)

    def stamp_all(self, milliseconds: int) -> None:
        """A bulk job touches every record in one millisecond."""
        for place in range(len(self.modified)):
            self.modified[place] = milliseconds
        self.index.forget(self.kind.modified)

    def _first(self, number: int, name: str) -> list[Version]:
        """What the portal was filled with."""
        place = self.place(number)
        value = self._original(place, name)
        return [] if value is None else [(value, self.created[place], "IMPORT")]

    def _forget_known(self, names: Iterable[str]) -> None:
        for name in names:
            self._known.pop(name, None)

    def _original(self, place: int, name: str) -> str | None:
        if place >= len(self._base) or name not in self.definitions:
            return None
        return as_text(self.definitions[name], self._base[place].get(name))

    def _append(self, number: int, born: int, touched: int) -> None:
        self.numbers.append(number)
        self.created.append(born)
        self.modified.append(touched)

    def _dated(self, record: Mapping[str, Value], name: str, otherwise: int) -> int:
        value = record.get(name)
        found = None if value is None else moment_ms(str(value))
        return otherwise if found is None else found

    def _admit(self, record: Mapping[str, Value]) -> None:
        for name, value in record.items():
            definition = self.definitions.get(name)
            if definition is None:
                msg = f"the stand-in portal has no contact property {name}: add it to the contents' fields"
                raise ValueError(msg)
            if definition.has_choices and value is not None:
                definition.allow(as_text(definition, value) or "")
