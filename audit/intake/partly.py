"""Fields of a large file are read for some of its leads only; roles are read for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, IntArray

MOST_EXAMINED = 1_000_000
"""A share of this many is known to within 0.1 points either way; more leads would say hardly more."""


class Elsewhere(Protocol):
    """The columns of a file that are not in the table: what is asked for is read then, and not kept."""

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        ...

    def column(self, name: str) -> pa.ChunkedArray:
        """One of them, whole."""
        ...

    def some(self, rows: IntArray) -> pa.Table:
        """Those that are fields of the stream, of the rows at these places (ascending)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Partly:
    """Of more than ``most`` admitted leads so many are drawn with ``seed``, and their fields read."""

    seed: int
    most: int
    elsewhere: Elsewhere

    def looked(self, kept: pa.Table, standing: BoolArray) -> tuple[pa.Table, IntArray]:
        """The drawn leads with every column, and their places among the leads that are kept."""
        places = drawn(kept.num_rows, self.seed, self.most)
        fields = self.elsewhere.some(np.flatnonzero(standing)[places])
        some = kept.take(pa.array(places))
        for name in fields.column_names:
            some = some.append_column(name, fields.column(name))
        return some, places


def drawn(rows: int, seed: int, most: int) -> IntArray:
    """Places of the leads of which single rows are looked at, in their order: all, or ``most`` at random."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False, shuffle=False))
