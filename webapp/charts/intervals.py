"""Groups below each other: a value each, the bar of its plausible range, and the line of the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from webapp.charts.drawing import Drawing, Type, fit, label, line, mark, wide
from webapp.charts.scale import Line, line_over
from webapp.language import gettext, marked

WIDTH, ROW, TOP, FOOT, SIDE = 340.0, 58.0, 12.0, 44.0, 14.0
STRIP = (34.0, 52.0)
"""Where in a row the bar is: lines of the ground stay in it, so that none runs through words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a mark looks, and the word that says it in the legend; in English, as it is looked up."""

    shape: str
    kind: str
    words: str


REFERENCE = Look(shape="diamond", kind="ink", words=marked("reference group"))
OUTSIDE = Look(shape="triangle", kind="high", words=marked("outside tolerance"))
WITHIN = Look(shape="circle", kind="accent", words=marked("within tolerance"))
OPEN = Look(shape="square", kind="unsure", words=marked("not enough data"))
ALONE = Look(shape="circle", kind="low", words=marked("not compared"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row: a name, a value with its ends, how many leads, and how it looks.

    ``value`` is None where there is none, and ``said`` then tells why.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    said: str
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A line for comparison that decides nothing, with its words for the legend."""

    at: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What the values are: the words below the axis, a tick's words, and where values can lie."""

    words: str
    tick: Callable[[float], str]
    within: tuple[float, float] | None = None
    goal: float | None = None
    band: tuple[float, float] | None = None
    beside: Beside | None = None


def intervals(bars: Sequence[Bar], axis: Axis, title: str, text: str) -> Drawing:
    """The chart; ``axis.goal`` is dashed, ``axis.band`` the tolerance, ``axis.beside`` a line of dots."""
    looks = list(dict.fromkeys(bar.look for bar in bars))
    shapes = TOP + 20.0 * _legend_rows(looks)
    head = shapes + (20.0 if axis.beside else 0.0)
    height = head + ROW * len(bars) + FOOT
    scale = line_over(_ends(bars, axis), (SIDE, WIDTH - SIDE), within=axis.within)
    parts = (
        *_legend(looks),
        *_legend_beside(axis.beside, shapes),
        *_ground(axis, scale, (head, height - FOOT)),
        *(part for row, bar in enumerate(bars) for part in _row(bar, scale, head + ROW * row)),
    )
    return Drawing(width=WIDTH, height=height, title=title, text=text, parts=parts)


def _ends(bars: Sequence[Bar], axis: Axis) -> list[float]:
    drawn = [end for bar in bars for end in (bar.low, bar.value, bar.high) if end is not None]
    beside = [axis.beside.at] if axis.beside else []
    return [*drawn, *(axis.band or ()), *([] if axis.goal is None else [axis.goal]), *beside]


def _row(bar: Bar, scale: Line, top: float) -> Iterator[str]:
    room = WIDTH - 2 * SIDE
    yield label(SIDE, top + 14, fit(bar.name, room), Type(bold=True))
    yield label(SIDE, top + 29, fit(bar.said, room, 12), Type(size=12, quiet=bar.value is None))
    if bar.value is None:
        return
    y = top + sum(STRIP) / 2
    if bar.low is not None and bar.high is not None:
        yield line(((scale.at(bar.low), y), (scale.at(bar.high), y)), bar.look.kind, width=4)
    yield mark(scale.at(bar.value), y, bar.look.shape, bar.look.kind)


def _ground(axis: Axis, scale: Line, rows: tuple[float, float]) -> Iterator[str]:
    """Grid, tolerance, reference and the words below."""
    top, bottom = rows
    strips = [(at + STRIP[0], at + STRIP[1]) for at in np.arange(top, bottom - 1, ROW).tolist()]
    for tick in scale.ticks():
        yield from _upright(scale.at(tick), strips, "edge")
        yield label(
            scale.at(tick), bottom + 16, axis.tick(tick), Type(size=11.5, anchor="middle", quiet=True)
        )
    for end in axis.band or ():
        yield from _upright(scale.at(end), strips, "frame", dash="1 3")
    if axis.goal is not None:
        yield from _upright(scale.at(axis.goal), strips, "frame", width=1.5, dash="5 3")
    if axis.beside is not None:
        yield from _upright(scale.at(axis.beside.at), strips, "high", width=2, dash="2 2")
    yield line(((scale.start, bottom), (scale.end, bottom)), "frame")
    words = fit(axis.words, WIDTH - 20, 12)
    yield label(WIDTH / 2, bottom + 34, words, Type(size=12, anchor="middle", quiet=True))


def _upright(
    x: float, strips: Sequence[tuple[float, float]], kind: str, *, width: float = 1, dash: str = ""
) -> Iterator[str]:
    for top, bottom in strips:
        yield line(((x, top), (x, bottom)), kind, width=width, dash=dash)


def _legend_beside(beside: Beside | None, top: float) -> Iterator[str]:
    """The line for comparison, in a row of its own below the shapes."""
    if beside is None:
        return
    y = top + 4
    yield line(((SIDE, y), (SIDE + 14, y)), "high", width=2, dash="2 2")
    yield label(SIDE + 20, y + 4, fit(beside.words, WIDTH - SIDE - 24, 12), Type(size=12, quiet=True))


def _legend_rows(looks: Sequence[Look]) -> int:
    return max((row for row, _, _ in _places(looks)), default=-1) + 1


def _places(looks: Sequence[Look]) -> Iterator[tuple[int, float, Look]]:
    """Row, x and look of each word of the legend, wrapped to the width."""
    row, x = 0, SIDE
    for look in looks:
        room = wide(gettext(look.words), 12) + 32
        if x > SIDE and x + room > WIDTH - SIDE:
            row, x = row + 1, SIDE
        yield row, x, look
        x += room


def _legend(looks: Sequence[Look]) -> Iterator[str]:
    for row, x, look in _places(looks):
        y = TOP + 4 + 20.0 * row
        yield mark(x + 6, y, look.shape, look.kind)
        yield label(x + 17, y + 4, gettext(look.words), Type(size=12, quiet=True))
