"""Dates in a text, as numbers that can be compared."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: place for place, name in enumerate(_NAMES, start=1)}
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)


def day(year: str, month: str, of_month: str) -> Fraction | None:
    """A day; None where there is none such."""
    try:
        return Fraction(date(int(year), _month(month), int(of_month)).toordinal())
    except ValueError:
        return None


def month_of(year: str, month: str) -> Fraction:
    """A month, below 0 so that it is no day."""
    return Fraction(-(100 * int(year) + _month(month)))


def months_of(days: Fraction) -> Fraction:
    """The month that a day is in."""
    found = date.fromordinal(int(days))
    return month_of(str(found.year), str(found.month))


def _month(text: str) -> int:
    return int(text) if text.isdecimal() else MONTHS[text[:3]]
