"""Columns that began or ended: a field that is new in the CRM is no drift of its values.

A form gets a new field: no lead before that day has a value, many from it on have one. Its missing values and
its new values are then one piece of news with a day, and two windows alone would tell it as three.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from audit.arrays import FloatArray
from audit.drift.model import Role
from audit.drift.source import Coded, Source

LEAST_LEADS = 30
"""Leads without any value, and leads of the other side, below which nothing is said."""
CHANCE = 1e-4
"""How probable it may be that so many leads in a row lack a value by luck."""
ROLES = frozenset[Role]({"feature", "control", "group", "score"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The first day with a value where none before has one, and the last where none after has; or None."""

    begun: date | None = None
    ended: date | None = None

    @property
    def whole(self) -> bool:
        """Whether the column is there on all days."""
        return self.begun is None and self.ended is None


def arrived(column: Coded, source: Source) -> Arrived:
    """When a column's values began and ended, where they surely did within the days of the stream."""
    made = source.calendar
    if made is None or column.missing is None or column.role not in ROLES:
        return Arrived()
    known = (column.codes != column.missing).astype(np.int64)
    counts = source.counted(source.day, len(made.day), known, 2)
    days: list[date] = made.day.astype("datetime64[D]").tolist()
    first, last = _start(counts), _start(counts[::-1])
    return Arrived(
        begun=None if first is None else days[first],
        ended=None if last is None else days[len(days) - 1 - last],
    )


def _start(counts: FloatArray) -> int | None:
    """The place of the first day with values; None where days before it may lack them by luck."""
    with_values = np.flatnonzero(counts[:, 1])
    if not with_values.size:
        return None
    at = int(with_values[0])
    without, rest = float(counts[:at].sum()), counts[at:].sum(axis=0)
    if min(without, float(rest.sum())) < LEAST_LEADS:
        return None
    lacking = float(rest[0] / rest.sum())
    return at if lacking**without < CHANCE else None
