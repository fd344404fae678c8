"""Small charts beside each other, one a group: its own curve with intervals over that of the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from webapp.charts.drawing import Drawing, Type, area, fit, label, line, mark
from webapp.charts.scale import Line, line_over
from webapp.language import gettext, pointed

COLUMNS = 3
PANEL, TALL, GAP, LEFT, HEAD, FOOT = 250.0, 190.0, 18.0, 44.0, 26.0, 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A value at a place along the axis, with its ends."""

    at: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One group's panel; ``dots`` ascend."""

    name: str
    dots: tuple[Dot, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the panels share: the reference's curve, the axis in words, and how ticks are written."""

    reference: Curve | None
    x_words: str
    x_tick: Callable[[float], str]
    y_tick: Callable[[float], str]
    span: tuple[float, float]
    within: tuple[float, float] | None = None
    at: float | None = None
    """A place along the axis that is marked, such as the threshold in force."""


def curves(shown: Sequence[Curve], frame: Frame, title: str, text: str) -> Drawing:
    """All panels in one drawing. A faint band is a plausible range, the dashed line the reference."""
    columns = max(1, min(COLUMNS, len(shown)))
    rows, values = -(-len(shown) // columns), _values(shown, frame)
    box = (PANEL + GAP, HEAD + TALL + FOOT)
    parts = [
        part
        for place, panel in enumerate(shown)
        for part in _panel(panel, frame, values, (place % columns * box[0], place // columns * box[1]))
    ]
    return Drawing(
        width=columns * box[0] + 4, height=rows * box[1] + 4, title=title, text=text, parts=tuple(parts)
    )


def panels(shown: Sequence[Curve], frame: Frame, title: str) -> tuple[Drawing, ...]:
    """The same panels one by one, all with the same axes."""
    values = _values(shown, frame)
    return tuple(
        Drawing(
            width=PANEL,
            height=HEAD + TALL + FOOT,
            title=f"{title}: {panel.name}",
            text=_text(panel, frame),
            parts=tuple(_panel(panel, frame, values, (0.0, 0.0))),
        )
        for panel in shown
    )


def _values(shown: Sequence[Curve], frame: Frame) -> list[float]:
    seen = [panel for panel in (*shown, frame.reference) if panel is not None]
    return [end for one in seen for dot in one.dots for end in (dot.low, dot.high)]


def _text(panel: Curve, frame: Frame) -> str:
    """A few values of a curve in words; the table has all."""
    step = max(1, len(panel.dots) // 6)
    told = [
        gettext(
            "%(at)s: %(value)s%% (%(low)s%% to %(high)s%%)",
            at=frame.x_tick(dot.at),
            **{end: pointed(f"{getattr(dot, end) * 100:.1f}") for end in ("value", "low", "high")},
        )
        for dot in panel.dots[::step]
    ]
    return f"{frame.x_words}. {', '.join(told)}" if told else panel.note


def _panel(panel: Curve, frame: Frame, values: list[float], corner: tuple[float, float]) -> Iterator[str]:
    left, top = corner
    x = Line(low=frame.span[0], high=frame.span[1], start=left + LEFT, end=left + PANEL - 16)
    y = line_over(values, (top + HEAD + TALL - 4, top + HEAD + 4), within=frame.within)
    yield label(left + 4, top + 16, fit(panel.name, PANEL - 10, 13), Type(bold=True))
    yield from _axes(frame, x, y, top)
    if frame.reference is not None and frame.reference.name != panel.name:
        path = [(x.at(dot.at), y.at(dot.value)) for dot in frame.reference.dots]
        yield line(path, "frame", width=1.6, dash="5 3")
    yield from _curve(panel, x, y)
    if panel.note:
        yield label(
            (x.start + x.end) / 2,
            top + HEAD + TALL / 2,
            panel.note,
            Type(size=12, anchor="middle", quiet=True),
        )


def _curve(panel: Curve, x: Line, y: Line) -> Iterator[str]:
    if len(panel.dots) > 1:
        up = [(x.at(dot.at), y.at(dot.high)) for dot in panel.dots]
        down = [(x.at(dot.at), y.at(dot.low)) for dot in reversed(panel.dots)]
        yield area([*up, *down], "accent")
        yield line([(x.at(dot.at), y.at(dot.value)) for dot in panel.dots], "accent", width=2)
    few = len(panel.dots) <= 12
    for dot in panel.dots if few else ():
        yield line(((x.at(dot.at), y.at(dot.low)), (x.at(dot.at), y.at(dot.high))), "accent", width=1.5)
        yield mark(x.at(dot.at), y.at(dot.value), "circle", "accent", radius=3)


def _axes(frame: Frame, x: Line, y: Line, top: float) -> Iterator[str]:
    bottom = top + HEAD + TALL
    for tick in y.ticks(4):
        yield line(((x.start, y.at(tick)), (x.end, y.at(tick))), "edge")
        yield label(
            x.start - 5, y.at(tick) + 4, frame.y_tick(tick), Type(size=10.5, anchor="end", quiet=True)
        )
    for tick in x.ticks(5):
        yield line(((x.at(tick), bottom), (x.at(tick), bottom + 4)), "frame")
        yield label(x.at(tick), bottom + 16, frame.x_tick(tick), Type(size=10.5, anchor="middle", quiet=True))
    yield line(((x.start, bottom), (x.end, bottom)), "frame")
    if frame.at is not None:
        yield line(((x.at(frame.at), top + HEAD), (x.at(frame.at), bottom)), "ink", dash="2 3")
    words = fit(frame.x_words, PANEL - LEFT, 11)
    yield label((x.start + x.end) / 2, bottom + 31, words, Type(size=11, anchor="middle", quiet=True))
