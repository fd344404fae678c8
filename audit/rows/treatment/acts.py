"""What was done with each row's lead, as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.rows.treatment.layout import equal_strata
from audit.rows.treatment.pace import Moments, moments
from audit.rows.treatment.survival import Waits
from audit.schema import Stream


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Acts:
    """What was done with each row's lead; None for what the stream does not name.

    ``stratum`` is the band of the score (and combination of controls). ``hourly`` is whether waiting is told
    by the hour; else by whole days, and an hour is not known.
    """

    stratum: IntArray
    waits: Waits | None
    watched: FloatArray
    paces: Moments | None
    touches: FloatArray | None
    reassigned: FloatArray | None
    worked: FloatArray | None
    hourly: bool

    @property
    def any(self) -> bool:
        """Whether anything is known of what people did."""
        named = (self.waits, self.touches, self.reassigned, self.worked)
        return any(part is not None for part in named)

    def of(self, rows: BoolArray) -> Acts:
        """The same of some rows."""
        waits = None
        if self.waits is not None:
            old = self.waits
            waits = Waits(hours=old.hours[rows], met=old.met[rows], known=old.known[rows])
        stratum = self.stratum[rows]
        return Acts(
            stratum=stratum,
            waits=waits,
            watched=self.watched[rows],
            paces=None if waits is None else moments(stratum, waits),
            touches=None if self.touches is None else self.touches[rows],
            reassigned=None if self.reassigned is None else self.reassigned[rows],
            worked=None if self.worked is None else self.worked[rows],
            hourly=self.hourly,
        )


def acts_of(table: pa.Table, stream: Stream, *, timed: bool) -> Acts:
    """Read the columns of an admitted table (`audit.intake`)."""
    watched = _reals(table, "observed_hours")
    waits = None
    none = np.full(table.num_rows, np.nan)
    if watched is not None:
        after = _reals(table, "contacted_after_hours")
        after = none if after is None else after
        met = np.isfinite(after)
        waits = Waits(hours=np.where(met, after, watched), met=met, known=np.isfinite(watched))
    stratum = equal_strata(table, stream)
    return Acts(
        stratum=stratum,
        waits=waits,
        watched=none if watched is None else watched,
        paces=None if waits is None else moments(stratum, waits),
        touches=_reals(table, "touches"),
        reassigned=_reals(table, "reassigned"),
        worked=_reals(table, "worked"),
        hourly=timed,
    )


def _reals(table: pa.Table, name: str) -> FloatArray | None:
    """A column as numbers, NaN where it is null; None where there is none."""
    if name not in table.column_names:
        return None
    column = table.column(name)
    column = column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
