"""A number in a text as a value."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal["plain", "share", "points", "times", "ordinal", "date"]
"""``share``: a part of 1 (12 %, one in five, half). ``points``: a difference of shares or scores. ``times``:
a ratio (twice, 2x). ``date``: days since the year 1; a month is 100 times the year and the month, below 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number: its place in the text, its kind, and its value without a sign.

    ``value`` is None where the number is too vague or too odd to be read (hundreds, 13/14/2026); such a
    number stands in no facts. ``rough``: a fraction in words, which a rounded share may stand for. ``noun``
    is what is counted, in the singular, where that is a word of an audit (lead, group, finding).
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: Fraction | None
    rough: bool = False
    noun: str = ""
