"""The instant of an event: a date with its time of day, where it has one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.intake.column import spread
from audit.intake.dates import read_dates, read_days

HOURS = 24.0
FARTHEST = 14.0
"""Hours from UTC of the farthest time zone; more is no offset."""
_MOSTLY = 0.5
_MANY = 20
# What follows the date of an ISO 8601 text: T10:00:00.5+02:00
_TIME = (
    r"^[T ](?P<h>\d{2}):(?P<m>\d{2})(?::(?P<s>\d{2}(?:[.,]\d+)?))?\s?"
    r"(?:Z|z|UTC|(?P<sign>[+-])(?P<oh>\d{2})(?::?(?P<om>\d{2}))?)?$"
)

_ZONE = r"(?:Z|z|UTC|[+-]\d{2}(?::?\d{2})?)$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """One instant per row, in hours since 1970-01-01; NaN where the value is no date, or missing.

    ``days`` are those of the dates as they are written, whatever the offset.

    ``has_time`` marks the rows that say a time of day. An offset from UTC is taken off; a time
    without one counts as UTC. ``zoned`` marks the rows that say an offset (or Z).
    """

    hours: NDArray[np.float64]
    days: NDArray[np.float64]
    has_time: NDArray[np.bool_]
    missing: NDArray[np.bool_]
    zoned: NDArray[np.bool_]

    @property
    def read(self) -> NDArray[np.bool_]:
        """Rows with a date."""
        return np.isfinite(self.hours)

    @property
    def odd(self) -> NDArray[np.bool_]:
        """Rows with a value that is no date."""
        return np.isnan(self.days) & ~self.missing

    def until(self, last: float) -> Instants:
        """The same without the dates after the day ``last``: these are known to be no dates."""
        fits = ~(self.days > last)
        return replace(
            self,
            hours=np.where(fits, self.hours, np.nan),
            days=np.where(fits, self.days, np.nan),
            has_time=self.has_time & fits,
            zoned=self.zoned & fits,
        )

    def states_zone(self, rows: NDArray[np.bool_]) -> bool | None:
        """Whether most times in these rows say their zone; None where there is no time."""
        some = rows & self.read & self.has_time
        return bool(self.zoned[some].mean() > _MOSTLY) if some.any() else None

    def timed(self, rows: NDArray[np.bool_]) -> bool:
        """Whether most dates in these rows have a time of day.

        Midnight on every row is none, and neither is any other time that is the same on 20 rows or more:
        that is midnight somewhere else.
        """
        rows = rows & self.read
        some = self.has_time[rows]
        if not some.any() or some.mean() <= _MOSTLY:
            return False
        clock = np.mod(self.hours[rows][some], HOURS)
        same = bool(np.all(clock == clock[0]))
        return not same or (clock.size < _MANY and bool(clock[0] != 0))


def read_instants(table: pa.Table, name: str, tokens: pa.Array) -> Instants:
    """The instants of a column of dates, of dates with times, or of ISO 8601 texts."""
    array = table.column(name)
    if pa.types.is_timestamp(array.type):
        return _typed(array)
    days, missing = read_days(table, name, tokens)
    if pa.types.is_date(array.type):
        none = np.zeros(days.size, dtype=np.bool_)
        return Instants(hours=days * HOURS, days=days, has_time=none, missing=missing, zoned=none)
    column = read_dates(table, name, tokens)
    tails = pc.utf8_slice_codeunits(column.levels, 10)
    clock = spread(_clock(tails), column.codes, np.nan)
    zoned = pc.match_substring_regex(tails, _ZONE).to_numpy(zero_copy_only=False).astype(np.float64)
    has_time = np.isfinite(clock)
    hours = days * HOURS + np.where(has_time, clock, 0.0)
    return Instants(
        hours=hours,
        days=days,
        has_time=has_time,
        missing=missing,
        zoned=has_time & (spread(zoned, column.codes, 0.0) > 0),
    )


def earlier(one: Instants, other: Instants) -> NDArray[np.bool_]:
    """Rows whose ``one`` surely came before ``other``; False where either is not known.

    Two times are compared to the second, two days as days. A day against a time needs a day of
    slack: near midnight the day depends on the time zone that it was written in.
    """
    slack = np.where(one.has_time == other.has_time, 0.0, 1.0)
    with np.errstate(invalid="ignore"):
        return np.where(one.has_time & other.has_time, one.hours < other.hours, one.days < other.days - slack)


def _typed(array: pa.ChunkedArray) -> Instants:
    seconds = array.cast(pa.timestamp("ms"), safe=False).cast(pa.int64()).cast(pa.float64())
    hours: NDArray[np.float64] = pc.fill_null(seconds, np.nan).to_numpy() / 3_600_000
    known = np.isfinite(hours)
    return Instants(
        hours=hours,
        days=np.floor(hours / HOURS),
        has_time=known,
        missing=~known,
        zoned=known & (array.type.tz is not None),
    )


def _clock(tails: pa.Array) -> NDArray[np.float64]:
    """Hours after midnight UTC that each tail says; NaN where it says none. Few tails are distinct."""
    encoded = tails.dictionary_encode()
    parts = pc.extract_regex(encoded.dictionary, _TIME)
    hour, minute, second = _number(parts, "h"), _number(parts, "m"), np.nan_to_num(_number(parts, "s"))
    with np.errstate(invalid="ignore"):
        real = (hour < 24) & (minute < 60) & (second < 61)
    hours = np.where(real, hour + minute / 60 + second / 3600, np.nan)
    offset = np.nan_to_num(_number(parts, "oh")) + np.nan_to_num(_number(parts, "om")) / 60
    hours = np.where(offset <= FARTHEST, hours, np.nan)
    west = pc.fill_null(pc.equal(pc.struct_field(parts, "sign"), "-"), False)
    signed = np.where(west.to_numpy(zero_copy_only=False), -offset, offset)
    return spread(hours - signed, encoded.indices.to_numpy().astype(np.int64), np.nan)


def _number(parts: pa.Array, name: str) -> NDArray[np.float64]:
    text = pc.replace_substring(pc.struct_field(parts, name), ",", ".")
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    values: NDArray[np.float64] = pc.fill_null(text.cast(pa.float64()), np.nan).to_numpy()
    return values
