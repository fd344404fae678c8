"""SOQL's date literals: each is a span of days, in UTC, from its first instant to the one after its last.

Source: developer.salesforce.com, soql_sosl, sforce_api_calls_soql_select_dateformats.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

Span = tuple[date, date]
DAY = timedelta(days=1)


def known(word: str) -> bool:
    """Whether a word, in lower case, is a date literal."""
    name, colon, count = word.partition(":")
    return count.isdigit() and name in _COUNTED if colon else name in _PLAIN


def span(word: str, now: datetime) -> Span:
    """The first day of a literal, and the day after its last."""
    name, colon, count = word.partition(":")
    today = now.astimezone(UTC).date()
    return _COUNTED[name](today, int(count)) if colon else _PLAIN[name](today)


def _days(start: int, end: int) -> Callable[[date], Span]:
    return lambda today: (today + start * DAY, today + end * DAY)


def _weeks(shift: int) -> Callable[[date], Span]:
    """Weeks begin on Sunday, as in an org of the United States."""

    def found(today: date) -> Span:
        first = today - ((today.weekday() + 1) % 7) * DAY + shift * 7 * DAY
        return first, first + 7 * DAY

    return found


def _months(shift: int, length: int = 1) -> Callable[[date], Span]:
    return lambda today: (_month(today, shift), _month(today, shift + length))


def _month(today: date, shift: int) -> date:
    years, month = divmod(today.year * 12 + today.month - 1 + shift, 12)
    return date(years, month + 1, 1)


def _years(shift: int) -> Callable[[date], Span]:
    return lambda today: (date(today.year + shift, 1, 1), date(today.year + shift + 1, 1, 1))


_PLAIN: dict[str, Callable[[date], Span]] = {
    "today": _days(0, 1),
    "yesterday": _days(-1, 0),
    "tomorrow": _days(1, 2),
    "last_week": _weeks(-1),
    "this_week": _weeks(0),
    "next_week": _weeks(1),
    "last_month": _months(-1),
    "this_month": _months(0),
    "next_month": _months(1),
    "last_year": _years(-1),
    "this_year": _years(0),
    "next_year": _years(1),
    "last_90_days": _days(-90, 1),
    "next_90_days": _days(1, 91),
}
_COUNTED: dict[str, Callable[[date, int], Span]] = {
    "last_n_days": lambda today, count: (today - count * DAY, today + DAY),
    "next_n_days": lambda today, count: (today + DAY, today + (count + 1) * DAY),
    "n_days_ago": lambda today, count: (today - count * DAY, today - (count - 1) * DAY),
    "last_n_months": lambda today, count: (_month(today, -count), _month(today, 0)),
    "last_n_years": lambda today, count: (date(today.year - count, 1, 1), date(today.year, 1, 1)),
}
