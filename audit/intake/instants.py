"""Points in time, and which came first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.intake.column import read_column, spread
from audit.intake.dates import read_days

_PARTS = (
    r"^\d{4}-\d{2}-\d{2}[T ](?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d+)?)?"
    r"\s?(?:Z|z|UTC|(?P<sign>[+-])(?P<zone_hour>\d{2})(?::?(?P<zone_minute>\d{2}))?)?$"
)
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """One point in time per row, NaN where there is none.

    ``day`` counts days since 1970-01-01 as they are written. ``second`` counts seconds since then in
    UTC (a time without a zone is taken to be in UTC), NaN where only a day is written. ``odd`` marks
    values that are there but are no date.
    """

    day: NDArray[np.float64]
    second: NDArray[np.float64]
    odd: NDArray[np.bool_]


def read_instants(table: pa.Table, name: str, tokens: pa.Array) -> Instants:
    """The dates or dates with time of a column."""
    day, missing = read_days(table, name, tokens)
    array = table.column(name)
    if pa.types.is_timestamp(array.type):
        seconds = array.cast(pa.timestamp("ms"), safe=False).cast(pa.int64()).cast(pa.float64())
        second = pc.fill_null(seconds, np.nan).to_numpy() / 1000
    elif pa.types.is_date(array.type):
        second = np.full(day.size, np.nan)
    else:
        column = read_column(table, name, tokens)
        second = day * _DAY + spread(_seconds_of_day(column.levels), column.codes, np.nan)
    return Instants(day=day, second=second, odd=np.isnan(day) & ~missing)


def earlier(one: Instants, other: Instants) -> NDArray[np.bool_]:
    """Rows whose ``one`` surely came before ``other``; False where either is not known.

    Two times are compared to the second, two days as days. A day against a time needs a day of
    slack: near midnight the day depends on the time zone that it was written in.
    """
    timed = ~np.isnan(one.second), ~np.isnan(other.second)
    slack = np.where(timed[0] == timed[1], 0.0, 1.0)
    with np.errstate(invalid="ignore"):
        return np.where(timed[0] & timed[1], one.second < other.second, one.day < other.day - slack)


def _seconds_of_day(levels: pa.Array) -> NDArray[np.float64]:
    """Seconds since midnight in UTC of each text; NaN where it has no time."""
    if not len(levels):
        return np.empty(0)
    parts = pc.extract_regex(levels, _PARTS)
    hour, minute, second, zone_hour, zone_minute = (
        _number(pc.struct_field(parts, name))
        for name in ("hour", "minute", "second", "zone_hour", "zone_minute")
    )
    minus = pc.fill_null(pc.equal(pc.struct_field(parts, "sign"), "-"), False).to_numpy(zero_copy_only=False)
    ahead = (zone_hour * 3600 + zone_minute * 60) * np.where(minus, -1, 1)
    known = pc.is_valid(parts).to_numpy(zero_copy_only=False)
    return np.where(known, hour * 3600 + minute * 60 + second - ahead, np.nan)


def _number(texts: pa.Array) -> NDArray[np.float64]:
    """The numbers of texts of digits, 0 where there are none."""
    digits = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    numbers = pc.fill_null(pc.cast(digits, pa.float64()), 0.0)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)
