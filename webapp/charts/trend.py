"""One gap over the audits, oldest first: a point each, with the bar of its plausible range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webapp.charts.drawing import Drawing, Type, label, line, mark
from webapp.charts.scale import Line, line_over

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 340.0, 132.0, 52.0, 14.0, 10.0, 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The gap in one audit; the numbers are None where that audit does not have it."""

    day: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


def trend(seen: Sequence[Seen], tick: Callable[[float], str], none: float, drawn: tuple[str, str]) -> Drawing:
    """The chart; ``none`` is the value of no gap, drawn as a line. ``drawn`` are its title and text."""
    values = [end for one in seen for end in (one.low, one.high) if end is not None]
    y = line_over([*values, none], (HEIGHT - FOOT, TOP))
    x = Line(low=0.0, high=max(len(seen) - 1, 1), start=LEFT + 10, end=WIDTH - RIGHT)
    parts = [
        *(
            label(LEFT - 6, y.at(at) + 4, tick(at), Type(size=10.5, anchor="end", quiet=True))
            for at in y.ticks(3)
        ),
        *(line(((LEFT, y.at(at)), (WIDTH - RIGHT + 6, y.at(at))), "edge") for at in y.ticks(3)),
        line(((LEFT, y.at(none)), (WIDTH - RIGHT + 6, y.at(none))), "frame", dash="5 3"),
    ]
    known = [(x.at(place), one) for place, one in enumerate(seen) if one.value is not None]
    parts.append(line([(at, y.at(one.value or 0.0)) for at, one in known], "accent", width=1.5))
    for at, one in known:
        parts.append(line(((at, y.at(one.low or 0.0)), (at, y.at(one.high or 0.0))), "accent", width=3))
        parts.append(mark(at, y.at(one.value or 0.0), "circle", "accent", radius=4))
    parts.append(label(LEFT, HEIGHT - 6, seen[0].day, Type(size=10.5, quiet=True)))
    parts.append(label(WIDTH - 4, HEIGHT - 6, seen[-1].day, Type(size=10.5, anchor="end", quiet=True)))
    return Drawing(width=WIDTH, height=HEIGHT, title=drawn[0], text=drawn[1], parts=tuple(parts))
