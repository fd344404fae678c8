"""A watched gap as a band that narrows day by day, with the tolerance behind it: SVG of our own."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from audit.report.monitoring.marks import BLUE, GREY, ORANGE, line, text
from audit.report.monitoring.summary import sentence, signed, title, whole
from audit.watch import Look, Watched

WIDTH, HEIGHT = 640, 230
LEFT, RIGHT, TOP, BOTTOM = 52, 632, 22, 196
DRAWN = 200
"""Days drawn at most; of longer streams every second, third ... one, and every turning point."""


def chart(one: Watched) -> Markup:
    """The band of one gap over its days."""
    looks = _thinned(one)
    at = _Frame(one)
    parts = (
        _tolerance(one, at),
        *(_band(part, at) for part in _parts(looks, one.changed)),
        _axes(one, at),
        *(_mark(day, "changed", at, GREY, "2 3") for day in one.changed),
        *([_mark(one.alarm, "alarm", at, ORANGE, "6 3")] if one.alarm else []),
    )
    words = Markup("<title>{}</title><desc>{}</desc>").format(title(one), _said(one))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {} {}"'
        ' style="width:100%;max-width:{}px;height:auto" font-family="DejaVu Sans, sans-serif"'
        ' font-size="12" fill="currentColor">{}{}</svg>'
    ).format(WIDTH, HEIGHT, WIDTH, words, Markup("").join(parts))


class _Frame:
    """From days and gaps to places in the drawing; what lies beyond its edge is drawn on the edge."""

    __slots__ = ("first", "limit", "span")

    def __init__(self, one: Watched) -> None:
        last = one.looks[-1]
        reach = max(abs(last.low), abs(last.high)) if last.high - last.low < 1 else 0.0
        wanted = max(0.2, 3 * one.tolerance, 1.4 * reach)
        self.limit = min(1.0, -(-round(wanted * 1000) // 100) / 10)
        self.first = one.looks[0].day
        self.span = max((last.day - self.first).days, 1)

    def x(self, day: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (day - self.first).days / self.span, 1)

    def y(self, gap: float) -> float:
        inside = min(max(gap, -self.limit), self.limit)
        return round((TOP + BOTTOM) / 2 - (BOTTOM - TOP) / 2 * inside / self.limit, 1)


def _thinned(one: Watched) -> tuple[Look, ...]:
    step = -(-len(one.looks) // DRAWN)
    kept = {one.looks[-1].day, *one.changed}
    return tuple(look for place, look in enumerate(one.looks) if place % step == 0 or look.day in kept)


def _parts(looks: tuple[Look, ...], changed: tuple[date, ...]) -> list[list[Look]]:
    """The looks of each band; a day that shows a change belongs to none."""
    found: list[list[Look]] = [[]]
    for look in looks:
        if look.day in changed:
            found.append([])
        else:
            found[-1].append(look)
    return [part for part in found if part]


def _tolerance(one: Watched, at: _Frame) -> Markup:
    top, bottom = at.y(one.tolerance), at.y(-one.tolerance)
    rect = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity="0.18"/>').format(
        LEFT, top, RIGHT - LEFT, round(bottom - top, 1), GREY
    )
    lines = (line((LEFT, end), (RIGHT, end), GREY, "1 3") for end in (top, bottom))
    return rect + Markup("").join(lines)


def _band(part: list[Look], at: _Frame) -> Markup:
    over = [f"{at.x(look.day)},{at.y(look.high)}" for look in part]
    under = [f"{at.x(look.day)},{at.y(look.low)}" for look in part]
    gap = [f"{at.x(look.day)},{at.y(look.gap)}" for look in part if look.gap is not None]
    filled = Markup('<polygon points="{}" fill="{}" fill-opacity="0.3"/>').format(
        " ".join((*over, *reversed(under))), BLUE
    )
    edge = Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="1.5"/>')
    middle = Markup('<polyline points="{}" fill="none" stroke="currentColor" stroke-width="2"/>')
    edges = Markup("").join(edge.format(" ".join(end), BLUE) for end in (over, under))
    return filled + edges + middle.format(" ".join(gap))


def _axes(one: Watched, at: _Frame) -> Markup:
    ticks = [-at.limit, -at.limit / 2, 0.0, at.limit / 2, at.limit]
    across = (
        line((LEFT, at.y(tick)), (RIGHT, at.y(tick)), GREY, "" if tick == 0 else "1 6")
        + text((LEFT - 6, at.y(tick) + 4), signed(tick).removesuffix(".0"), "end")
        for tick in ticks
    )
    last = one.looks[-1].day
    days = (
        text((LEFT, BOTTOM + 20), str(at.first), "start"),
        text(((LEFT + RIGHT) / 2, BOTTOM + 20), "day of creation", "middle"),
        text((RIGHT, BOTTOM + 20), str(last), "end"),
    )
    return Markup("").join((*across, *days, text((4, 12), "gap in points", "start")))


def _mark(day: date, word: str, at: _Frame, colour: str, dash: str) -> Markup:
    x = at.x(day)
    anchor = "end" if x > WIDTH / 2 else "start"
    shift, up = (-4 if anchor == "end" else 4), (14 if word == "changed" else 0)
    mark = line((x, TOP), (x, BOTTOM), colour, dash, 2)
    return mark + text((x + shift, TOP + 10 + up), f"{word} {day}", anchor)


def _said(one: Watched) -> str:
    """The drawing in words: a few days from the first to the last."""
    places = sorted({round(part * (len(one.looks) - 1) / 4) for part in range(5)})
    told = "; ".join(
        f"{look.day}: {whole(look.low)} to {whole(look.high)} points"
        for look in (one.looks[place] for place in places)
    )
    return f"{sentence(one)} The band: {told}."
