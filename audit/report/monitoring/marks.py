"""Lines, words and colours of the drawings; the colours stand out on light and on dark."""

from __future__ import annotations

from markupsafe import Markup, escape

BLUE, ORANGE, GREY = "#3b82c4", "#c8681c", "#808890"


def line(
    start: tuple[float, float], end: tuple[float, float], colour: str, dash: str, width: int = 1
) -> Markup:
    """A line; ``dash`` is empty for a whole one."""
    return Markup(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>'
    ).format(*start, *end, colour, width, dash or "none")


def text(at: tuple[float, float], words: str, anchor: str) -> Markup:
    """Words, escaped, at their ``anchor``: start, middle or end."""
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(*at, anchor, escape(words))
