"""What drift is told from: rows, or cells of cubes that stand for many leads each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.cube import Axis
from audit.drift.calendar import Calendar
from audit.drift.model import Role


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coded:
    """A column as codes of an axis; ``missing`` is the code of leads without a value, or None."""

    name: str
    role: Role
    axis: Axis
    codes: IntArray
    missing: int | None


PART = 1 << 15
"""Rows that are counted at a time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """Rows or cells, and the places they belong to.

    ``window`` is 0 (reference), 1 (newest) or -1; ``day`` and ``period`` are places in the calendar's; all
    of them have one entry per row. ``weight`` are the leads of each cell (None: each row is one).
    ``columns`` gives one column after the other, so that a million rows are coded once each. ``truths``
    holds selected, outcome and worked as a value from 0 to 1 and whether it is known. ``score`` holds for
    each row the sum of the scores, that of their squares, and how many there are; None without a score.
    ``account`` is a code of the account of each row, where the stream names one.
    """

    window: IntArray
    day: IntArray
    period: IntArray
    weight: FloatArray | None
    columns: Callable[[], Iterator[Coded]]
    truths: Mapping[str, tuple[FloatArray, FloatArray]]
    score: tuple[FloatArray, FloatArray, FloatArray] | None
    account: IntArray | None
    calendar: Calendar | None

    def counted(self, place: IntArray, places: int, codes: IntArray, size: int) -> FloatArray:
        """Leads of each place and code, of shape ``(places, size)``; a place of -1 counts nowhere."""
        cells = (places + 1) * size
        # Parts that stay in the processor's cache, unless adding up their counts takes longer.
        step = PART if cells <= PART else len(codes) or 1
        counts = np.zeros(cells)
        for start in range(0, len(codes), step):
            part = slice(start, start + step)
            weight = None if self.weight is None else self.weight[part]
            counts += np.bincount((place[part] + 1) * size + codes[part], weight, cells)
        return counts.reshape(places + 1, size)[1:]
