"""What a smaller gap costs: a mark for each remedy, and the line of those that no other one beats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from webapp.charts.drawing import Drawing, Type, fit, label, line, mark, wide
from webapp.charts.intervals import Look
from webapp.charts.scale import Line, line_over
from webapp.language import gettext, marked

WIDTH, HEIGHT, LEFT, RIGHT, HEAD, FOOT = 550.0, 400.0, 58.0, 16.0, 60.0, 50.0
BLIND = Look(shape="circle", kind="accent", words=marked("needs nobody's group"))
AWARE = Look(shape="triangle", kind="high", words=marked("needs each lead's group"))
CHANCE = Look(shape="square", kind="unsure", words=marked("decides by chance"))
TODAY = Look(shape="diamond", kind="ink", words=marked("today"))
AWAY = ((9, -8), (9, 16), (11, 4), (12, -20), (12, 28), (22, -14), (24, 20), (30, -30), (30, 36))
PLACES = tuple((side * across, up, "start" if side > 0 else "end") for across, up in AWAY for side in (1, -1))
"""Where the name of a mark may stand, tried one after the other: away by x and y, and how it is set."""


Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One remedy, or today: its gap and what it is good for, each with the ends of its range.

    ``named`` ones have their name and ranges drawn, ``best`` ones lie on the line.
    """

    name: str
    gap: float
    gap_ends: tuple[float, float]
    good: float
    good_ends: tuple[float, float]
    look: Look
    named: bool
    best: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """The words of both axes, and how their ticks are written."""

    gap_words: str
    good_words: str
    gap_tick: Callable[[float], str]
    good_tick: Callable[[float], str]


@dataclass(frozen=True, slots=True)
class _Plane:
    across: Line
    up: Line


def tradeoff(spots: Sequence[Spot], axes: Axes, title: str, text: str) -> Drawing:
    """The chart: further left is fairer, further up is better."""
    shown = [one for one in spots if one.named]
    gaps = [end for one in shown for end in one.gap_ends] + [one.gap for one in spots] + [0.0]
    goods = [end for one in shown for end in one.good_ends] + [one.good for one in spots]
    plane = _Plane(
        across=line_over(gaps, (LEFT, WIDTH - RIGHT), within=(0.0, max(gaps) * 1.05 or 1.0)),
        up=line_over(goods, (HEIGHT - FOOT, HEAD + 8)),
    )
    parts = (
        *_legend(spots),
        *_ground(axes, plane),
        *_frontier(spots, plane),
        *(part for one in shown for part in _cross(one, plane)),
        *(_mark(one, plane) for one in sorted(spots, key=lambda one: one.named)),
        *_names(spots, plane),
    )
    return Drawing(width=WIDTH, height=HEIGHT, title=title, text=text, parts=parts)


def _at(one: Spot, plane: _Plane) -> tuple[float, float]:
    return plane.across.at(one.gap), plane.up.at(one.good)


def _mark(one: Spot, plane: _Plane) -> str:
    return mark(*_at(one, plane), one.look.shape, one.look.kind, radius=6 if one.named else 4)


def _cross(one: Spot, plane: _Plane) -> Iterator[str]:
    """Both ranges."""
    x, y = _at(one, plane)
    low, high = (plane.across.at(end) for end in one.gap_ends)
    yield line(((low, y), (high, y)), "frame", width=1.2)
    low, high = (plane.up.at(end) for end in one.good_ends)
    yield line(((x, low), (x, high)), "frame", width=1.2)


def _frontier(spots: Sequence[Spot], plane: _Plane) -> Iterator[str]:
    best = sorted((_at(one, plane) for one in spots if one.best), key=lambda at: at[0])
    if len(best) > 1:
        yield line(best, "accent", width=1.5, dash="5 3")


def _names(spots: Sequence[Spot], plane: _Plane) -> Iterator[str]:
    """Each name where it covers least: other names first of all, then marks."""
    taken: list[Box] = []
    marks = [(x - 6, y - 6, x + 6, y + 6) for x, y in (_at(one, plane) for one in spots)]
    for one in (one for one in spots if one.named):
        x, y = _at(one, plane)
        places = [(x + dx, y + dy, how) for dx, dy, how in PLACES]
        boxes = [_box(at, wide(one.name, 12.5)) for at in places]
        costs = [10 * _hits(box, taken) + _hits(box, marks) + 20 * _outside(box) for box in boxes]
        best = costs.index(min(costs))
        taken.append(boxes[best])
        look = Type(size=12.5, anchor=places[best][2], bold=True)
        yield label(places[best][0], places[best][1], one.name, look)


def _box(at: tuple[float, float, str], room: float) -> Box:
    left = at[0] - room * {"start": 0.0, "middle": 0.5, "end": 1.0}[at[2]]
    return left, at[1] - 10, left + room, at[1] + 2


def _hits(box: Box, others: Sequence[Box]) -> int:
    """How many of the others it covers in part."""
    left, top, right, bottom = box
    return sum(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in others
    )


def _outside(box: Box) -> bool:
    return box[0] < LEFT or box[2] > WIDTH - 2 or box[1] < HEAD


def _ground(axes: Axes, plane: _Plane) -> Iterator[str]:
    """Grid, ticks, and the words of the axes."""
    low, bottom = HEAD + 8, HEIGHT - FOOT
    for tick in plane.across.ticks(6):
        x = plane.across.at(tick)
        yield line(((x, low), (x, bottom)), "edge")
        yield label(x, bottom + 17, axes.gap_tick(tick), Type(size=11.5, anchor="middle", quiet=True))
    for tick in plane.up.ticks(6):
        y = plane.up.at(tick)
        yield line(((LEFT, y), (WIDTH - RIGHT, y)), "edge")
        yield label(LEFT - 8, y + 4, axes.good_tick(tick), Type(size=11.5, anchor="end", quiet=True))
    yield line(((LEFT, low), (LEFT, bottom), (WIDTH - RIGHT, bottom)), "frame")
    yield label(6, low - 6, fit(axes.good_words, WIDTH - 12, 12), Type(size=12, quiet=True))
    middle = Type(size=12, anchor="middle", quiet=True)
    yield label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, fit(axes.gap_words, WIDTH - LEFT, 12), middle)


def _legend(spots: Sequence[Spot]) -> Iterator[str]:
    """The looks that are there, in as many rows as the width asks for."""
    x, y, seen = 12.0, 12.0, {one.look for one in spots}
    for look in (look for look in (BLIND, AWARE, CHANCE, TODAY) if look in seen):
        words = gettext(look.words)
        if x + wide(words, 12) + 16 > WIDTH:
            x, y = 12.0, y + 20
        yield mark(x, y, look.shape, look.kind)
        yield label(x + 11, y + 4, words, Type(size=12, quiet=True))
        x += wide(words, 12) + 30
