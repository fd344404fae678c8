"""What a pull brings and what is held of the same leads, side by side, in parts that memory can hold.

The rows that are held are numbered in the order of their days and files, so that a change can say of
each whether it goes without holding its key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from connectors.ordering import SMALLEST, Tables
from connectors.partitions import Manifest, stretches
from connectors.repeats import each_once, words
from connectors.seals import Home
from connectors.source import ASIDE
from connectors.spool import Roll, dealt

MOST = 64
_ROW = "_row"
_KEY = pa.schema([pa.field("lead_key", pa.string())])


def nothing() -> Iterator[pa.Table]:
    """No leads."""
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What a pull says: ``leads`` each once, ``scores`` of held leads, who is turned away or gone."""

    leads: Tables = nothing
    scores: Tables = nothing
    aside: pa.Table = field(default_factory=ASIDE.empty_table)
    gone: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))

    def mentions(self) -> Iterator[pa.ChunkedArray]:
        """Every key that is named, maybe more than once."""
        for tables in (self.leads, self.scores):
            for table in tables():
                yield table["lead_key"]
        yield self.aside["lead_key"]
        yield pa.chunked_array([self.gone], pa.string())


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Some leads: as they come, their new scores, who is turned away or gone, and as they are held.

    ``rows`` are the numbers of the held rows.
    """

    leads: pa.Table
    scores: pa.Table
    aside: pa.Array
    gone: pa.Array
    old: pa.Table
    rows: NDArray[np.int64]


@dataclass(slots=True)
class Meeting:
    """Several rolls on the disk, of which each holds all that is known of its leads."""

    home: Home
    held: Manifest
    coming: Coming
    starts: dict[str, int] = field(default_factory=dict)
    total: int = 0
    _named: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    _rolls: dict[str, list[Roll]] = field(default_factory=dict)
    _files: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Deal everything out."""
        named = [words(keys)[:, 0] for keys in self.coming.mentions() if len(keys)]
        self._named = each_once(np.concatenate(named).astype(np.uint64)) if named else self._named
        parts = min(MOST, 1 + len(self._named) // SMALLEST)
        for side in ("leads", "scores", "aside", "gone", "old"):
            self._rolls[side] = [self._files.enter_context(Roll(self.home.path)) for _ in range(parts)]
        for table in self.coming.leads():
            self._deal("leads", table)
        for table in self.coming.scores():
            self._deal("scores", table)
        self._deal("aside", self.coming.aside.select(["lead_key"]))
        self._deal("gone", pa.table([self.coming.gone], _KEY))
        self._deal_held()
        return self

    def __exit__(self, *_: object) -> None:
        """Let the files go."""
        self._files.close()

    def parts(self) -> Iterator[Met]:
        """The leads, part by part; each lead is in one of them."""
        schema = self.held.schema(hidden=True)
        empty = {
            "leads": self.held.schema().empty_table(),
            "scores": pa.schema([*_KEY, pa.field("score", pa.string())]).empty_table(),
            "aside": _KEY.empty_table(),
            "gone": _KEY.empty_table(),
            "old": schema.append(pa.field(_ROW, pa.int64())).empty_table(),
        }
        for number in range(len(self._rolls["old"])):
            found = {side: _whole(rolls[number], empty[side]) for side, rolls in self._rolls.items()}
            yield Met(
                leads=found["leads"],
                scores=found["scores"],
                aside=found["aside"]["lead_key"].combine_chunks(),
                gone=found["gone"]["lead_key"].combine_chunks(),
                old=found["old"].drop_columns([_ROW]),
                rows=found["old"][_ROW].to_numpy().astype(np.int64),
            )

    def _deal_held(self) -> None:
        """The held rows that may be named; half a key may also find another lead, which changes nothing."""
        for day in sorted(self.held.partitions):
            self.starts[day] = self.total
            for stretch in stretches(self.home, self.held, day):
                numbers = pa.array(np.arange(self.total, self.total + stretch.num_rows), pa.int64())
                self.total += stretch.num_rows
                maybe = np.isin(words(stretch["lead_key"])[:, 0], self._named)
                self._deal("old", stretch.append_column(_ROW, numbers).filter(pa.array(maybe)))

    def _deal(self, side: str, table: pa.Table) -> None:
        rolls = self._rolls[side]
        if table.num_rows:
            dealt(table, (words(table["lead_key"])[:, 0] % np.uint64(len(rolls))).astype(np.int64), rolls)


def _whole(roll: Roll, empty: pa.Table) -> pa.Table:
    return pa.concat_tables([*roll.tables()] or [empty])


def among(column: pa.ChunkedArray | pa.Array, keys: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """Row by row, whether a column's key is one of ``keys``."""
    return pc.is_in(column, value_set=keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys)
