"""What a reading of a metric holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Worse = Literal["lower", "higher"]
Unit = Literal["share", "score", "index"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One metric in words.

    ``phrase`` has the places ``{group}``, ``{how}`` (by how much, ending in "than" or "as") and
    ``{reference}``. A "share" counts how often something happens; a "score" is in the score's own
    points; an "index" is a number that only compares. ``worse`` is the direction in which the group is
    worse off (where it is ``neutral``, neither is), and ``meaning`` says which side that is where it
    is not plain. ``tier`` orders metrics by how directly they say what happens to a lead: 0 decisions
    on all leads, 1 decisions on leads that converted, 2 scores, 3 any of these among leads alike in
    the controls, 4 what people do with leads, 5 everything else.
    """

    label: str
    phrase: str
    worse: Worse
    unit: Unit = "share"
    tier: int = 5
    meaning: str = ""
    neutral: bool = False


_INDEX = "for {group}, {name} is {how} for {reference}"


def index(label: str, name: str, worse: Worse) -> Reading:
    """The reading of a number that only compares."""
    return Reading(label=label, phrase=_INDEX.replace("{name}", name), worse=worse, unit="index")
