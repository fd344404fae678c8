"""The admitted table and the account of every row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.intake.defaults import FormDefault
from audit.intake.duplicates import Repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Rows turned away for one reason.

    ``code`` is stable (``score_not_a_number``), ``text`` a sentence with the mend, ``rows`` the
    0-based positions of the first few in the table that was read.
    """

    code: str
    text: str
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """Values of one field that are not what the stream says they are, and count as not known.

    ``field`` is the attribute or the role, ``what`` what they should be ("numbers"), ``rows`` the
    0-based positions of the first few in the table that was read.
    """

    field: str
    what: str
    count: int
    rows: tuple[int, ...]


def unmapped(field: str, what: str, places: NDArray[np.int64]) -> tuple[Unmapped, ...]:
    """The values at these places, where there are any."""
    if not places.size:
        return ()
    first = tuple(places[:5].tolist())
    return (Unmapped(field=field, what=what, count=int(places.size), rows=first),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The admitted table and the account of every row: ``rows = kept + rejected + excluded``.

    ``table`` has canonical columns: ``key`` (string), ``score`` (float64, absent when the stream
    has none), ``selected`` (bool, absent when the stream has neither threshold nor a yes-or-no
    decision nor favourable options), ``outcome`` (bool, null = not yet known; absent when the stream
    has none), ``worked`` (bool, null = unknown; only if the stream names it), ``created`` (date32;
    only if the stream names it), ``account`` (string, null = none; only if the stream names it),
    ``option`` (dictionary of strings, levels in their order; only for a decision of several options),
    what ``audit.intake.treatment`` reads (``contacted``, ``contacted_after_hours``, ``observed_hours``,
    ``touches``, ``reassigned``; only what the stream names), ``attribute:<name>`` and
    ``control:<name>`` (dictionary of strings, missing is the level "unknown") and ``feature:<name>``
    (float64 or dictionary).

    ``score_range`` is the scale that out-of-range scores were told by, None where every one was let in.
    ``immature`` counts the outcomes withheld because their lead is younger than the stream's
    ``maturity_days``. ``notes`` are sentences about what was read differently from how it was
    written (columns left out of the features, texts reduced to numbers). ``unusable`` counts values that
    were set aside while their row was kept (a contact before the lead was created). ``timed`` is False
    where creation or contact has no time of day, so that waiting is told in days only. ``withheld`` are
    outcomes that count as not known for their dates; ``undated`` counts leads that converted of which it
    cannot be told whether the score came first (None where the stream does not ask). ``defaults``
    are values that look like a form's default; ``repeated`` are rows that repeat another beyond chance;
    ``unmapped`` are values that could not be read as the stream says. ``understated`` is the share of known
    outcomes that are positive with contaminated ones and without, where withholding them lowers it because
    only leads that converted carry dates. ``looked`` are some of the leads, drawn at random, with their
    features, where ``table`` holds none (`audit.intake.partly`); else None.
    """

    table: pa.Table
    rows: int
    rejected: tuple[Refusal, ...]
    excluded: tuple[Refusal, ...]
    score_range: tuple[float, float] | None
    immature: int = 0
    notes: tuple[str, ...] = ()
    unusable: tuple[Refusal, ...] = ()
    timed: bool = True
    withheld: tuple[Refusal, ...] = ()
    undated: int | None = None
    defaults: tuple[FormDefault, ...] = ()
    repeated: Repeated | None = None
    unmapped: tuple[Unmapped, ...] = ()
    understated: tuple[float, float] | None = None
    looked: pa.Table | None = None

    @property
    def kept(self) -> int:
        """Rows that the audit uses."""
        return int(self.table.num_rows)
