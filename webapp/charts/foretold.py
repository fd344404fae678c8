"""What was expected of each cohort, with its range, and what became true: oldest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webapp.charts.drawing import Drawing, Type, label, line, mark
from webapp.charts.scale import Line, line_over

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 340.0, 132.0, 52.0, 14.0, 10.0, 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """One cohort; ``became`` is None while its outcomes are open."""

    day: str
    value: float
    low: float
    high: float
    became: float | None


def foretold(seen: Sequence[Foretold], tick: Callable[[float], str], drawn: tuple[str, str]) -> Drawing:
    """The chart: a bar and a dot for what was expected, a diamond for what became. ``drawn``: title, text."""
    ends = [end for one in seen for end in (one.low, one.high, one.became) if end is not None]
    y = line_over(ends, (HEIGHT - FOOT, TOP))
    x = Line(low=0.0, high=max(len(seen) - 1, 1), start=LEFT + 12, end=WIDTH - RIGHT)
    parts = []
    for at in y.ticks(3):
        parts.append(label(LEFT - 6, y.at(at) + 4, tick(at), Type(size=10.5, anchor="end", quiet=True)))
        parts.append(line(((LEFT, y.at(at)), (WIDTH - RIGHT + 6, y.at(at))), "edge"))
    for place, one in enumerate(seen):
        parts.append(line(((x.at(place), y.at(one.low)), (x.at(place), y.at(one.high))), "accent", width=3))
        parts.append(mark(x.at(place), y.at(one.value), "circle", "accent", radius=3.5))
    for place, one in enumerate(seen):
        if one.became is not None:
            parts.append(mark(x.at(place), y.at(one.became), "diamond", "high", radius=4))
    parts.append(label(LEFT, HEIGHT - 6, seen[0].day, Type(size=10.5, quiet=True)))
    if len(seen) > 1:
        last = Type(size=10.5, anchor="end", quiet=True)
        parts.append(label(WIDTH - 4, HEIGHT - 6, seen[-1].day, last))
    return Drawing(width=WIDTH, height=HEIGHT, title=drawn[0], text=drawn[1], parts=tuple(parts))
