"""Months and quarters of creation."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from audit.arrays import IntArray
from audit.expected.model import Period

_MONTHS = {"month": 1, "quarter": 3}


def month_of(day: IntArray) -> IntArray:
    """Months since 1970 of days since 1970."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def cohort_of(day: IntArray, period: Period) -> IntArray:
    """The cohort of each day, as its number since 1970."""
    return month_of(day) // _MONTHS[period]


def name(cohort: int, period: Period) -> str:
    """How a cohort is called: 2026-03 for a month, 2026-Q1 for a quarter."""
    first = begins(cohort, period)
    return f"{first.year}-{first.month:02}" if period == "month" else f"{first.year}-Q{first.month // 3 + 1}"


def begins(cohort: int, period: Period) -> date:
    """The first day of a cohort."""
    year, month = divmod(cohort * _MONTHS[period], 12)
    return date(1970 + year, month + 1, 1)


def ends(cohort: int, period: Period) -> date:
    """The last day of a cohort."""
    return begins(cohort + 1, period) - timedelta(days=1)
