"""Steps that leads pass one after the other: a bar each, as long as its leads, with how many stayed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webapp.charts.drawing import Drawing, Fill, Type, box, fit, label

WIDTH, ROW, SIDE, HEAD = 340.0, 42.0, 14.0, 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its name, its share of the first step (None where it is not known), and its words."""

    name: str
    share: float | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The steps of one group."""

    name: str
    steps: tuple[Step, ...]


def funnel(groups: Sequence[Passed], title: str, text: str) -> Drawing:
    """The groups below each other, each with its steps."""
    parts, y = [], 8.0
    for group in groups:
        parts.append(label(SIDE, y + 14, fit(group.name, WIDTH - 2 * SIDE, 13.5), Type(size=13.5, bold=True)))
        y += HEAD
        for step in group.steps:
            parts += _step(step, y)
            y += ROW
        y += 12
    return Drawing(width=WIDTH, height=y, title=title, text=text, parts=tuple(parts))


def _step(step: Step, y: float) -> Iterator[str]:
    room = WIDTH - 2 * SIDE
    yield label(SIDE, y + 13, step.name, Type(size=12.5))
    yield label(WIDTH - SIDE, y + 13, step.said, Type(size=12.5, anchor="end", quiet=step.share is None))
    yield box(SIDE, y + 19, (room, 12), Fill("sunk", edge="edge"))
    if step.share:
        yield box(SIDE, y + 19, (max(room * step.share, 1.5), 12), Fill("accent"))
