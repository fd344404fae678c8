"""The different leads that there are on some columns, and how many look like each.

Everything that is measured of a policy is a function of these counts. A million leads are counted once;
what a coarser rule would do is then worked out on the counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.policy.alike import levels_of

Codes = NDArray[np.int64]
Level = str | None
# Codes of several columns in one number, as long as it fits.
_ROOM = 2**62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crowd:
    """One row per sort of lead: ``codes`` has a column for each of ``columns``, ``count`` how many there are.

    A code stands for the value at its place in ``levels``; None is missing.
    """

    columns: tuple[str, ...]
    levels: tuple[tuple[Level, ...], ...]
    codes: Codes
    count: Codes

    @property
    def leads(self) -> int:
        """How many leads there are."""
        return int(self.count.sum())

    def counts_of(self, column: str) -> dict[Level, int]:
        """How many leads have each value of a column."""
        place = self.columns.index(column)
        found = np.bincount(self.codes[:, place], weights=self.count, minlength=len(self.levels[place]))
        return {level: int(n) for level, n in zip(self.levels[place], found, strict=True) if n}

    def recoded(self, column: str, change: Callable[[str], str | None]) -> Crowd:
        """What is left when every value of a column becomes another one; a missing value stays missing."""
        return self.relabelled(column, change).joined()

    def relabelled(self, column: str, change: Callable[[str], str | None]) -> Crowd:
        """The same before sorts that have become alike are joined."""
        place = self.columns.index(column)
        words = [None if level is None else change(level) for level in self.levels[place]]
        found = tuple(dict.fromkeys(words))
        into = np.array([found.index(word) for word in words] or [0], np.int64)
        codes = self.codes.copy()
        codes[:, place] = into[codes[:, place]]
        levels = (*self.levels[:place], found, *self.levels[place + 1 :])
        return replace(self, codes=codes, levels=levels)

    def without(self, column: str) -> Crowd:
        """What is left without a column."""
        return self.unlabelled(column).joined()

    def unlabelled(self, column: str) -> Crowd:
        """The same before sorts that have become alike are joined."""
        place = self.columns.index(column)
        return replace(
            self,
            columns=(*self.columns[:place], *self.columns[place + 1 :]),
            levels=(*self.levels[:place], *self.levels[place + 1 :]),
            codes=np.delete(self.codes, place, axis=1),
        )

    def joined(self) -> Crowd:
        """The same leads with every sort in one row."""
        return _joined(self)


def crowd(table: pa.Table, columns: Sequence[str]) -> Crowd:
    """Count the sorts of leads on some columns of a table."""
    coded = [levels_of(table[name]) for name in columns]
    codes = np.empty((table.num_rows, len(coded)), np.int64)
    for place, (column, _) in enumerate(coded):
        codes[:, place] = column
    return _joined(
        Crowd(
            columns=tuple(columns),
            levels=tuple(levels for _, levels in coded),
            codes=codes,
            count=np.ones(table.num_rows, np.int64),
        )
    )


def _joined(found: Crowd) -> Crowd:
    """The same leads with every sort in one row."""
    key = np.zeros(len(found.count), np.int64)
    room = 1
    for place, levels in enumerate(found.levels):
        if room * max(1, len(levels)) >= _ROOM:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            room = len(key) + 1
        key = key * max(1, len(levels)) + found.codes[:, place]
        room *= max(1, len(levels))
    # Hashing is several times as fast as sorting, where nearly every lead is a sort of its own.
    rows = pa.table({"key": key, "count": found.count, "row": np.arange(len(key))})
    sorts = rows.group_by("key").aggregate([("count", "sum"), ("row", "min")])
    first = sorts["row_min"].to_numpy()
    return replace(found, codes=found.codes[first], count=sorts["count_sum"].to_numpy())
