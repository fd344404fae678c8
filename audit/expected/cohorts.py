"""Weeks, months and quarters of creation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from audit.arrays import IntArray
from audit.expected.model import Period

_MONTHS = {"month": 1, "quarter": 3}
_EPOCH = date(1970, 1, 1)
_MONDAY = 3
"""Days from the Monday before 1970 to its first day."""


def month_of(day: IntArray) -> IntArray:
    """Months since 1970 of days since 1970."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def cohort_of(day: IntArray, period: Period) -> IntArray:
    """The cohort of each day, as its number since 1970; weeks begin on Monday."""
    return (day + _MONDAY) // 7 if period == "week" else month_of(day) // _MONTHS[period]


def name(cohort: int, period: Period) -> str:
    """How a cohort is called: 2026-03 for a month, 2026-Q1 for a quarter, 2026-W05 for a week (ISO 8601)."""
    first = begins(cohort, period)
    if period == "week":
        return f"{first.isocalendar().year}-W{first.isocalendar().week:02}"
    return f"{first.year}-{first.month:02}" if period == "month" else f"{first.year}-Q{first.month // 3 + 1}"


def begins(cohort: int, period: Period) -> date:
    """The first day of a cohort."""
    if period == "week":
        return _EPOCH + timedelta(days=7 * cohort - _MONDAY)
    year, month = divmod(cohort * _MONTHS[period], 12)
    return date(1970 + year, month + 1, 1)


def ends(cohort: int, period: Period) -> date:
    """The last day of a cohort."""
    return begins(cohort + 1, period) - timedelta(days=1)


def span_of(named: str) -> tuple[date, date]:
    """The first and the last day of a cohort by its `name`."""
    year, part = int(named[:4]), named[5:]
    if part.startswith("W"):
        first = date.fromisocalendar(year, int(part[1:]), 1)
        return first, first + timedelta(days=6)
    months = 3 if part.startswith("Q") else 1
    month = (int(part.removeprefix("Q")) - 1) * months
    until = 12 * year + month + months
    return date(year, month + 1, 1), date(until // 12, until % 12 + 1, 1) - timedelta(days=1)


def ripe_among(named: Iterable[str], as_of: date, maturity_days: int) -> tuple[str, ...]:
    """The cohorts of which every lead is old enough for its outcome on a day, in order."""
    until = as_of - timedelta(days=maturity_days)
    return tuple(sorted(one for one in set(named) if span_of(one)[1] <= until))
