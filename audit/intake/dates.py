"""The day a lead was created, and whether its outcome is ripe."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audit.intake.column import read_column, spread

_ISO = (
    r"^\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|z|UTC|[+-]\d{2}(:?\d{2})?)?)?$"
)
_EPOCH = date(1970, 1, 1).toordinal()


def read_days(table: pa.Table, name: str, tokens: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Days since 1970-01-01 (NaN where there is no date) and where the value is missing.

    A text must be an ISO 8601 date, with or without a time; its date counts as it is written.
    """
    array = table.column(name)
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        days = array.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False).cast(pa.int32())
        values: NDArray[np.float64] = pc.fill_null(days.cast(pa.float64()), np.nan).to_numpy()
        return values, np.isnan(values)
    column = read_column(table, name, tokens)
    return spread(_level_days(column.levels), column.codes, np.nan), column.missing


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
    """Leads younger than ``maturity_days`` on the day of the newest lead."""
    return np.asarray(days > days.max() - maturity_days)


def to_dates(days: NDArray[np.float64]) -> pa.Array:
    """An Arrow column of days; null where there is no date."""
    none = np.isnan(days)
    return pa.array(np.where(none, 0, days).astype(np.int32), mask=none).cast(pa.date32())
