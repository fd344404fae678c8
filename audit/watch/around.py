"""A gap in equal windows of days before and after something happened: what came after, never why.

Both windows are closed days, so nothing in them changes later. The day itself counts in neither. Each gap has
Newcombe's interval; the change has Zou and Donner's from both (`audit.intervals.mover`), since the windows
have no day in common. A change is sure only beyond the interval that is corrected for the number of groups
(Bonferroni). Whoever acts because a gap looks large will often see it shrink by itself (regression to the
mean), and other things happen in the same days: so this is no measure of an effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from audit.arrays import FloatArray
from audit.intervals import Interval, mover, wilson
from audit.watch.counting import DayCounts
from audit.watch.quarters import NOTHING, Range, Tally

MOST, LEAST = 60, 14
"""How many days a window has at most, and at least."""
Course = Literal["smaller", "larger", "unsure", "insufficient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Two windows of ``days`` days: from ``first`` before, and from ``after`` on."""

    first: date
    after: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The gap of one group in both windows. ``n`` are its leads before and after.

    ``course`` says whether the gap is surely smaller or larger after, whatever the reason.
    """

    group: str
    n: tuple[int, int]
    before: Range
    after: Range
    change: Range
    course: Course


def windows(day: date, last_before: date, known: tuple[date, date]) -> Windows:
    """The longest equal windows around a day; fewer than `LEAST` days are too few to say anything.

    Parameters
    ----------
    day
        When it happened.
    last_before
        The last day that may count before: the day before it, or an earlier one.
    known
        The first day with leads, and the last one that is closed.
    """
    first, closed = known
    days = min(MOST, (closed - day).days, (min(last_before, day - timedelta(days=1)) - first).days + 1)
    days = max(days, 0)
    last = min(last_before, day - timedelta(days=1))
    return Windows(first=last - timedelta(days=days - 1), after=day + timedelta(days=1), days=days)


def tally(parts: Sequence[DayCounts], first: date, days: int) -> Tally:
    """Day counts without a day in common, summed over so many days."""
    found: dict[str, tuple[float, float]] = {}
    until = first + timedelta(days=days)
    for counts in parts:
        there = np.array([first <= one < until for one in counts.day], dtype=bool)
        sums = counts.happened[there].sum(axis=0), counts.n[there].sum(axis=0)
        for group, hits, n in zip(counts.group, *sums, strict=True):
            before = found.get(group, (0.0, 0.0))
            found[group] = (before[0] + float(hits), before[1] + float(n))
    return found


def compared(before: Tally, after: Tally, reference: str, rules: tuple[float, int]) -> tuple[Compared, ...]:
    """Every group beside the reference in both windows, the largest first.

    Parameters
    ----------
    before, after
        What `tally` found in each window.
    reference
        The group that the others are compared with.
    rules
        The confidence, and how many leads a group needs in each window.
    """
    names = [name for name in {**before, **after} if name != reference]
    leads = {name: tuple(round(one.get(name, (0.0, 0.0))[1]) for one in (before, after)) for name in names}
    names.sort(key=lambda name: (-sum(leads[name]), name))
    enough = _enough(reference, (before, after), rules[1])
    large = [name for name in names if enough and min(leads[name]) >= rules[1]]
    judged = _judged(large, reference, (before, after), rules[0])
    return tuple(judged.get(name) or _too_few(name, leads[name]) for name in names)


def _enough(reference: str, tallies: tuple[Tally, Tally], least: int) -> bool:
    return all(one.get(reference, (0.0, 0.0))[1] >= max(1, least) for one in tallies)


def _too_few(name: str, leads: tuple[int, ...]) -> Compared:
    return Compared(
        group=name,
        n=(leads[0], leads[1]),
        before=NOTHING,
        after=NOTHING,
        change=NOTHING,
        course="insufficient",
    )


def _judged(
    names: list[str], reference: str, tallies: tuple[Tally, Tally], confidence: float
) -> dict[str, Compared]:
    if not names:
        return {}
    strict = 1 - (1 - confidence) / len(names)
    shown, sure = (_both(names, reference, tallies, each) for each in (confidence, strict))
    return {
        name: Compared(
            group=name,
            n=(round(tallies[0][name][1]), round(tallies[1][name][1])),
            **{part: _range(shown[part], at) for part in ("before", "after", "change")},
            course=_course(sure, at),
        )
        for at, name in enumerate(names)
    }


Ends = tuple[FloatArray, Interval]
"""Values with the ends of their intervals."""


def _both(
    names: list[str], reference: str, tallies: tuple[Tally, Tally], confidence: float
) -> dict[str, Ends]:
    """The gaps before and after and their change, an entry for each group."""
    before, after = (_gaps(names, reference, one, confidence) for one in tallies)
    ends = mover(after[0], after[1], before[0], before[1])
    return {"before": before, "after": after, "change": (after[0] - before[0], ends)}


def _gaps(names: list[str], reference: str, counted: Tally, confidence: float) -> Ends:
    hits, n = (np.array([counted[name][at] for name in names]) for at in (0, 1))
    other_hits, other_n = (np.full(len(names), counted[reference][at]) for at in (0, 1))
    one, other = wilson(hits, n, confidence), wilson(other_hits, other_n, confidence)
    return hits / n - other_hits / other_n, mover(hits / n, one, other_hits / other_n, other)


def _range(found: Ends, at: int) -> Range:
    value, (low, high) = found
    return Range(value=float(value[at]), low=float(low[at]), high=float(high[at]))


def _course(sure: dict[str, Ends], at: int) -> Course:
    low, high = sure["change"][1]
    if low[at] <= 0 <= high[at]:
        return "unsure"
    return "smaller" if abs(sure["after"][0][at]) < abs(sure["before"][0][at]) else "larger"
