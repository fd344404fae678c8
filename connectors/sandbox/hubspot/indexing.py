"""The search index of one object type: columns that are behind the records by a lag.

Columns are made when a search first needs them and kept; the numbers are arrays, so that a window of
time over a hundred thousand records costs no more than a millisecond.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from connectors.sandbox.hubspot.clock import moment_ms

if TYPE_CHECKING:
    from connectors.sandbox.hubspot.records import Records

Texts = Mapping[str, str | None]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_Due = tuple[int, int, int, Texts]


@dataclass(slots=True, kw_only=True)
class Index:
    """What search knows now. ``settle`` takes in what is due."""

    records: Records
    _due: list[_Due] = field(default_factory=list)
    _count: int = 0
    _stale: dict[int, dict[str, str | None]] = field(default_factory=dict)
    _unknown: set[int] = field(default_factory=set)
    _texts: dict[str, list[str | None]] = field(default_factory=dict)
    _floats: dict[str, Floats] = field(default_factory=dict)

    def expect(self, number: int, due: int) -> None:
        """A new record becomes known at ``due`` (ms)."""
        self._unknown.add(number)
        self._push(due, number, {})

    def lag(self, number: int, before: Texts, after: Texts, due: int) -> None:
        """A record's change becomes known at ``due`` (ms)."""
        stale = self._stale.setdefault(number, {})
        for name, value in before.items():
            stale.setdefault(name, value)
        self._push(due, number, after)

    def forget(self, name: str) -> None:
        """Make a column anew, without lag."""
        self._texts.pop(name, None)
        self._floats.pop(name, None)
        for stale in self._stale.values():
            stale.pop(name, None)

    def settle(self, now: int) -> None:
        """Take in what is due by now (ms)."""
        while self._due and self._due[0][0] <= now:
            _, _, number, known = heapq.heappop(self._due)
            self._unknown.discard(number)
            for name, value in known.items():
                self._learn(number, name, value)

    def shown(self) -> Mask:
        """Which records search can find: neither archived, nor gone, nor too new."""
        records = self.records
        mask = np.ones(len(records.numbers), np.bool_)
        for number in (*records.archived, *records.gone, *self._unknown):
            mask[records.place(number)] = False
        return mask

    def texts(self, name: str) -> list[str | None]:
        """A property of every record as text."""
        column, records = self._texts.setdefault(name, []), self.records
        same: dict[str, str] = {}
        for place in range(len(column), len(records.numbers)):
            value = self._text(records.numbers[place], name)
            column.append(None if value is None else same.setdefault(value, value))
        return column

    def floats(self, name: str) -> Floats:
        """A property of every record as a number, dates in milliseconds; NaN where there is none."""
        column = self._floats.get(name)
        if column is None or len(column) < len(self.records.numbers):
            column = self._floats[name] = self._numbers(name)
        return column

    def _numbers(self, name: str) -> Floats:
        records, kind = self.records, self.records.kind
        dates = {
            "hs_object_id": records.numbers,
            kind.created: records.created,
            kind.modified: records.modified,
        }
        if name not in dates:
            return np.array([self._number(name, text) for text in self.texts(name)], np.float64)
        column = np.array(dates[name], np.float64)
        for number, stale in self._stale.items():
            if name in stale:
                column[records.place(number)] = self._number(name, stale[name])
        return column

    def _number(self, name: str, text: str | None) -> float:
        found = None if text is None else as_number(self.records.definitions[name].type, text)
        return np.nan if found is None else found

    def _text(self, number: int, name: str) -> str | None:
        stale = self._stale.get(number)
        return stale[name] if stale is not None and name in stale else self.records.text(number, name)

    def _learn(self, number: int, name: str, value: str | None) -> None:
        stale, records = self._stale.get(number, {}), self.records
        if number not in records.gone and records.text(number, name) == value:
            stale.pop(name, None)
        else:
            stale[name] = value
        if not stale:
            self._stale.pop(number, None)
        place = records.place(number)
        if place < len(self._texts.get(name, ())):
            self._texts[name][place] = value
        if place < len(self._floats.get(name, ())):
            self._floats[name][place] = self._number(name, value)

    def _push(self, due: int, number: int, known: Texts) -> None:
        self.settle(self.records.clock.milliseconds())
        self._count += 1
        heapq.heappush(self._due, (due, self._count, number, known))


def as_number(kind: str, text: str) -> float | None:
    """A value of a number or a date property as a number; None where it is none."""
    if kind in {"date", "datetime"}:
        return moment_ms(text)
    try:
        return float(text)
    except ValueError:
        return None
