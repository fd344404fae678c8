"""How far off our own estimates were: for each cohort the interval given and what came, as SVG of our own."""

from __future__ import annotations

import math

from markupsafe import Markup, escape

from audit.expected import Reconciled
from audit.finding.reading import reading
from audit.report.monitoring.expected_words import figure

WIDTH, HEIGHT = 400, 180
LEFT, RIGHT, TOP, BOTTOM = 54, 394, 14, 154
BLUE, ORANGE, GREY = "#3b82c4", "#c8681c", "#808890"
_NAMED = 6
_WIDE = 0.2


def chart(rows: tuple[Reconciled, ...]) -> Markup:
    """The estimates of one metric of all leads, one column per cohort, in order of time."""
    at = _Frame(rows)
    parts = (_axes(rows, at), *(_column(one, place, at) for place, one in enumerate(rows)))
    words = Markup("<title>{}</title><desc>{}</desc>").format(title(rows), _said(rows))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {} {}"'
        ' style="width:100%;max-width:{}px;height:auto" font-family="DejaVu Sans, sans-serif"'
        ' font-size="12" fill="currentColor">{}{}</svg>'
    ).format(WIDTH, HEIGHT, WIDTH, words, Markup("").join(parts))


def title(rows: tuple[Reconciled, ...]) -> str:
    """What the drawing shows."""
    held = sum(one.held for one in rows)
    return f"{reading(rows[0].metric).label}: {held} of {len(rows)} intervals held"


class _Frame:
    """From cohorts and values to places in the drawing."""

    __slots__ = ("high", "low", "step")

    def __init__(self, rows: tuple[Reconciled, ...]) -> None:
        ends = [end for one in rows for end in (one.estimate.low or 0.0, one.estimate.high or 0.0, one.truth)]
        unit = 0.1 if max(ends) - min(ends) > _WIDE else 0.02
        self.low = max(0.0, math.floor(min(ends) / unit) * unit)
        self.high = max(min(1.0, math.ceil(max(ends) / unit) * unit), self.low + unit)
        self.step = (RIGHT - LEFT) / len(rows)

    def x(self, place: int) -> float:
        return round(LEFT + self.step * (place + 0.5), 1)

    def y(self, value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - self.low) / (self.high - self.low), 1)


def _column(one: Reconciled, place: int, at: _Frame) -> Markup:
    x, wide = at.x(place), min(at.step * 0.5, 18)
    top, bottom = at.y(one.estimate.high or 0.0), at.y(one.estimate.low or 0.0)
    bar = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity="0.35"/>').format(
        round(x - wide / 2, 1), top, round(wide, 1), round(max(bottom - top, 1.0), 1), BLUE
    )
    middle = _line((x - wide / 2, at.y(one.estimate.value or 0.0)), (x + wide / 2, 0), BLUE)
    return bar + middle + _truth(one, x, at.y(one.truth))


def _truth(one: Reconciled, x: float, y: float) -> Markup:
    """A full dot where the interval held, else a cross: the shape says it, not the colour alone."""
    if one.held:
        return Markup('<circle cx="{}" cy="{}" r="4"/>').format(x, y)
    cross = Markup('<path d="M{} {}l10 10m0 -10l-10 10" stroke="{}" stroke-width="3" fill="none"/>')
    return cross.format(x - 5, y - 5, ORANGE)


def _axes(rows: tuple[Reconciled, ...], at: _Frame) -> Markup:
    ticks = [at.low + (at.high - at.low) * part / 2 for part in range(3)]
    across = (
        _line((LEFT, at.y(tick)), (RIGHT, 0), GREY, "1 6")
        + _text((LEFT - 6, at.y(tick) + 4), figure(rows[0].metric, tick), "end")
        for tick in ticks
    )
    every = -(-len(rows) // _NAMED)
    named = (
        _text((at.x(place), BOTTOM + 18), one.cohort, "middle")
        for place, one in enumerate(rows)
        if place % every == 0
    )
    return Markup("").join((*across, *named))


def _line(start: tuple[float, float], end: tuple[float, float], colour: str, dash: str = "none") -> Markup:
    """A level line from the start to the x of the end."""
    return Markup(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1.5" stroke-dasharray="{}"/>'
    ).format(start[0], start[1], end[0], start[1], colour, dash)


def _text(at: tuple[float, float], words: str, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(*at, anchor, escape(words))


def _said(rows: tuple[Reconciled, ...]) -> str:
    """The drawing in words."""
    return "; ".join(
        f"{one.cohort}: {figure(one.metric, one.estimate.low or 0.0)} to"
        f" {figure(one.metric, one.estimate.high or 0.0)}, came {figure(one.metric, one.truth)}"
        f"{'' if one.held else ' (outside)'}"
        for one in rows
    )
