"""Days into windows and periods: which leads are compared with which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from audit.arrays import BoolArray, IntArray
from audit.drift.model import Asked, PeriodKind, Span, Windows
from audit.schema import BadInput

NEWEST_DAYS = 28
WEEKS_UP_TO = 182
"""Days up to which the series has weeks, beyond it has months."""
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calendar:
    """Every day with leads, ascending, and where it belongs.

    ``window`` is 0 for the reference, 1 for the newest window, -1 for neither; ``period`` is a place in
    ``periods``. Days without leads are not there: a lone lead of 1970 moves no window.
    """

    day: IntArray
    window: IntArray
    period: IntArray
    windows: Windows
    kind: PeriodKind
    periods: tuple[Span, ...]


def calendar(day: IntArray, leads: IntArray, asked: Asked) -> Calendar:
    """Windows and periods of days.

    Parameters
    ----------
    day
        Days with leads as days since 1970, ascending.
    leads
        Leads of each.
    asked
        Where the windows end and begin, where that is asked.

    Raises
    ------
    BadInput
        Where there is one day only, or a window would have no leads.
    """
    if len(day) < 2:
        when = f" ({_date(day[0])})" if len(day) else ""
        message = f"created: all leads are of one day{when}; drift is told from two days or more"
        raise BadInput(message)
    until = _until(day, asked)
    begin = _begin(day, until, asked)
    window = np.where(day <= until, 0, np.where(day >= begin, 1, -1))
    kind: PeriodKind = asked.period or ("week" if day[-1] - day[0] < WEEKS_UP_TO else "month")
    starts, period = np.unique(_period_starts(day, kind), return_inverse=True)
    return Calendar(
        day=day,
        window=window,
        period=period.astype(np.int64),
        windows=Windows(
            reference=_span(day, leads, window == 0),
            newest=_span(day, leads, window == 1),
            between=int(leads[window < 0].sum()),
            chosen="first half" if asked.reference_until is None else "asked",
        ),
        kind=kind,
        periods=tuple(_span(day, leads, period == place) for place in range(len(starts))),
    )


def _until(day: IntArray, asked: Asked) -> int:
    """The last day of the reference window."""
    if asked.reference_until is None:
        half = int(day[len(day) // 2 - 1])
        return half if asked.newest_from is None else min(half, _ordinal(asked.newest_from) - 1)
    until = _ordinal(asked.reference_until)
    if not day[0] <= until < day[-1]:
        message = (
            f"the reference window cannot end on {asked.reference_until}: the leads are from"
            f" {_date(day[0])} to {_date(day[-1])}; name a day before the last one"
        )
        raise BadInput(message)
    return until


def _begin(day: IntArray, until: int, asked: Asked) -> int:
    """The first day of the newest window."""
    after = day[day > until]
    if asked.newest_from is None:
        return int(after[-NEWEST_DAYS:][0])
    begin = _ordinal(asked.newest_from)
    if not until < begin <= day[-1] or until < day[0]:
        message = (
            f"the newest window cannot begin on {asked.newest_from}: name a day after the reference window"
            f" ({_date(until)}) and not after the last lead ({_date(day[-1])})"
        )
        raise BadInput(message)
    return begin


def _period_starts(day: IntArray, kind: PeriodKind) -> IntArray:
    """The Monday or the first of the month of each day."""
    if kind == "week":
        return np.asarray(day - (day + 3) % 7)  # the first of January 1970 was a Thursday
    return day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _span(day: IntArray, leads: IntArray, within: BoolArray) -> Span:
    days = day[within]
    return Span(first=_date(days[0]), last=_date(days[-1]), leads=int(leads[within].sum()))


def _ordinal(day: date) -> int:
    return (day - EPOCH).days


def _date(day: int | np.int64) -> date:
    return EPOCH + timedelta(days=int(day))
