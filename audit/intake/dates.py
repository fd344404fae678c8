"""The day a lead was created, and whether its outcome is ripe."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.intake.column import Column, read_column, spread

_ISO = (
    r"^\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|z|UTC|[+-]\d{2}(:?\d{2})?)?)?$"
)
_EPOCH = date(1970, 1, 1).toordinal()
# HubSpot's milliseconds since 1970: 12 and 13 digits are the years 1973 to 2286.
_MILLISECONDS = r"^[1-9]\d{11,12}(?:\.0+)?$"
# How far after all others a date is an error; see `newest`.
_FEWEST, _RARE = 20, 1_000
_FAR, _USUAL, _AGES = 90.0, 5.0, 3_653.0


def read_days(table: pa.Table, name: str, tokens: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Days since 1970-01-01 (NaN where there is no date) and where the value is missing.

    A text must be an ISO 8601 date, with or without a time; its date counts as it is written. Milliseconds
    since 1970 (HubSpot) are an instant in UTC.
    """
    array = table.column(name)
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        days = array.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False).cast(pa.int32())
        values: NDArray[np.float64] = pc.fill_null(days.cast(pa.float64()), np.nan).to_numpy()
        return values, np.isnan(values)
    column = read_dates(table, name, tokens)
    return spread(_level_days(column.levels), column.codes, np.nan), column.missing


def read_dates(table: pa.Table, name: str, tokens: pa.Array) -> Column:
    """A column of dates as texts; milliseconds since 1970, as HubSpot writes them, become ISO 8601 in UTC."""
    array = table.column(name)
    if pa.types.is_floating(array.type):  # as a text, a large real loses its last digits
        array = pc.if_else(pc.less(pc.abs(array), 1e15), array, None).cast(pa.int64(), safe=False)
        table = pa.table({name: array})
    column = read_column(table, name, tokens)
    counted = pc.match_substring_regex(column.levels, _MILLISECONDS)
    if not pc.any(counted).as_py():
        return column
    digits = pc.if_else(counted, pc.replace_substring_regex(column.levels, r"\..*", ""), None)
    instants = pc.cast(digits.cast(pa.int64()), pa.timestamp("ms"))
    texts = pc.strftime(instants, format="%Y-%m-%dT%H:%M:%SZ")
    return replace(column, levels=pc.coalesce(texts, column.levels))


def _level_days(levels: pa.Array) -> NDArray[np.float64]:
    """The day of each level. Many instants share few days, so only the days are parsed one by one."""
    iso = pc.match_substring_regex(levels, _ISO)
    days = pc.if_else(
        iso, pc.utf8_slice_codeunits(levels, 0, 10), pa.scalar(None, pa.string())
    ).dictionary_encode()
    parsed = np.array([_day(text) for text in days.dictionary.to_pylist()], dtype=np.float64)
    return spread(parsed, pc.fill_null(days.indices, -1).to_numpy().astype(np.int64), np.nan)


def _day(text: str) -> float:
    try:
        return date.fromisoformat(text).toordinal() - _EPOCH
    except ValueError:  # a 30 February
        return float("nan")


def unripe(days: NDArray[np.float64], maturity_days: int) -> NDArray[np.bool_]:
    """Leads younger than ``maturity_days`` on the day of the newest lead; errors are no newest one."""
    return np.asarray(days > newest(days) - maturity_days)


def newest(days: NDArray[np.float64]) -> float:
    """The newest of at least one date, errors left out: one date in 2062 must not age all other leads.

    An error is a date so long after all earlier ones that nobody was there to make them: among 20 dates or
    more, one in a thousand (or a single one) that follows a gap of more than 90 days that is also more than
    five times any gap among the newer half of the rest; or less than half of them that follow a gap of ten
    years (9999-12-31 for "never").
    """
    known = np.sort(days[np.isfinite(days)])
    gaps = np.diff(known)
    if known.size < _FEWEST:
        return float(known[-1])
    half, rare = known.size // 2, known.size - 1 - max(known.size // _RARE, 1)
    usual = _USUAL * gaps[half : max(rare, half + 1)].max()
    errors = gaps > _AGES
    errors[:half] = False
    errors[rare:] |= gaps[rare:] > max(_FAR, usual)
    return float(known[np.argmax(errors)] if errors.any() else known[-1])


def to_dates(days: NDArray[np.float64]) -> pa.Array:
    """An Arrow column of days; null where there is no date."""
    none = np.isnan(days)
    return pa.array(np.where(none, 0, days).astype(np.int32), mask=none).cast(pa.date32())
