"""A watched gap day by day: the band that it lies in, the tolerance behind it, and what happened when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from webapp.charts.drawing import Drawing, Fill, Type, area, box, label, line, wide
from webapp.charts.scale import Line

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 400.0, 190.0, 44.0, 10.0, 24.0, 26.0
DRAWN = 100
"""Days drawn at most of each band; of more every second, third ... one, and the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The ends of the band after a day, and the gap as measured; None where there is none yet."""

    day: date
    low: float
    high: float
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened on a day: its sign above the chart, and the kind of its line."""

    day: date
    sign: str
    kind: str = "frame"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What is drawn: a part for each band that began anew, the tolerance on both sides, the marks."""

    parts: Sequence[Sequence[Day]]
    tolerance: float
    marks: Sequence[Mark]


def band(
    shown: Band, tick: Callable[[float], str], said: Callable[[date], str], drawn: tuple[str, str]
) -> Drawing:
    """The chart. ``drawn`` are its title and text; ``tick`` and ``said`` write a gap and a day."""
    days = [day.day for part in shown.parts for day in part]
    x = Line(low=min(days).toordinal(), high=max(days).toordinal() + 0.001, start=LEFT, end=WIDTH - RIGHT)
    limit = _limit(shown)
    y = Line(low=-limit, high=limit, start=HEIGHT - FOOT, end=TOP)
    parts = (
        *_ground(shown.tolerance, y, tick),
        *(piece for part in shown.parts if part for piece in _drawn(_thinned(part), x, y)),
        *_marked(shown.marks, x),
        label(LEFT, HEIGHT - 7, said(min(days)), Type(size=11, quiet=True)),
        label(WIDTH - RIGHT, HEIGHT - 7, said(max(days)), Type(size=11, anchor="end", quiet=True)),
    )
    return Drawing(width=WIDTH, height=HEIGHT, title=drawn[0], text=drawn[1], parts=parts)


def _limit(shown: Band) -> float:
    """The furthest gap of the chart: what lies beyond is drawn at its edge, as a band that knows nothing."""
    last = [part[-1] for part in shown.parts if part][-1]
    reach = max(abs(last.low), abs(last.high)) if last.high - last.low < 1 else 0.0
    wanted = max(0.2, 3 * shown.tolerance, 1.4 * reach)
    return min(1.0, -(-round(wanted * 1000) // 100) / 10)


def _ground(tolerance: float, y: Line, tick: Callable[[float], str]) -> Iterator[str]:
    top = y.at(tolerance)
    yield box(LEFT, top, (WIDTH - RIGHT - LEFT, y.at(-tolerance) - top), Fill("sunk"))
    for value in y.ticks(5):
        yield line(((LEFT, y.at(value)), (WIDTH - RIGHT, y.at(value))), "frame" if value == 0 else "edge")
        yield label(LEFT - 6, y.at(value) + 4, tick(value), Type(size=11, anchor="end", quiet=True))
    for end in (-tolerance, tolerance):
        yield line(((LEFT, y.at(end)), (WIDTH - RIGHT, y.at(end))), "frame", dash="4 3")


def _thinned(part: Sequence[Day]) -> list[Day]:
    step = -(-len(part) // DRAWN)
    return [day for place, day in enumerate(part) if place % step == 0 or place == len(part) - 1]


def _drawn(part: Sequence[Day], x: Line, y: Line) -> Iterator[str]:
    at = [x.at(day.day.toordinal()) for day in part]
    over = [(left, y.at(day.high)) for left, day in zip(at, part, strict=True)]
    under = [(left, y.at(day.low)) for left, day in zip(at, part, strict=True)]
    yield area([*over, *reversed(under)], "accent")
    yield line(over, "accent")
    yield line(under, "accent")
    yield line(
        [(x.at(day.day.toordinal()), y.at(day.gap)) for day in part if day.gap is not None], "ink", width=2
    )


def _marked(marks: Sequence[Mark], x: Line) -> Iterator[str]:
    """Upright lines with their signs; a sign that would touch the one before is left to the list below."""
    free = LEFT - 8
    for one in sorted(marks, key=lambda mark: (mark.day, mark.sign)):
        at = x.at(one.day.toordinal())
        yield line(((at, TOP - 6), (at, HEIGHT - FOOT)), one.kind, width=1.5, dash="5 3")
        half = wide(one.sign, 11) / 2
        if at - half >= free:
            yield label(min(at, WIDTH - half), TOP - 10, one.sign, Type(size=11, anchor="middle", bold=True))
            free = at + half + 2
