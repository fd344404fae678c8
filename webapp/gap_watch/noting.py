"""What people type on the pages of monitoring: a day with what was changed, and a benchmark."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import date

from audit.schema import BadInput
from webapp.language import gettext, marked

LONGEST = 300
KINDS = {
    "gap": marked("The gap is at most so many points"),
    "least": marked("The share of every group is at least so many per cent"),
}
"""What a benchmark can ask for."""


def noted_change(day: str, words: str, today: date) -> tuple[date, str]:
    """The day and the words of a note.

    Raises
    ------
    BadInput
        One of them cannot be used; the message begins with the field's name and a colon.
    """
    try:
        at = date.fromisoformat(day.strip())
    except ValueError:
        raise BadInput("day: " + gettext("Write the day as 2026-11-23.")) from None
    if at > today:
        raise BadInput("day: " + gettext("This day is yet to come; write the day on which it was changed."))
    if at.year < 2000:
        raise BadInput("day: " + gettext("This day is too long ago to be marked in a chart."))
    told = " ".join("".join(one if one.isprintable() else " " for one in words).split())
    if not told:
        raise BadInput("words: " + gettext("Say in a sentence what was changed."))
    if len(told) > LONGEST:
        raise BadInput("words: " + gettext("At most %(n)s characters.", n=LONGEST))
    return at, told


def benchmark(kind: str, value: str) -> float:
    """The share that was typed as points or per cent.

    Raises
    ------
    BadInput
        As for `noted_change`.
    """
    if kind not in KINDS:
        raise BadInput("kind: " + gettext("Choose one of the two."))
    try:
        number = float(value.strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise BadInput("value: " + gettext("Write a number from 0 to 100, such as 5."))
    return number / 100


def one_of(name: str, value: str, known: Collection[str]) -> str:
    """A value that must be one of some. Raises BadInput as `noted_change` does."""
    if value not in known:
        raise BadInput(f"{name}: " + gettext("Choose one from the list."))
    return value
