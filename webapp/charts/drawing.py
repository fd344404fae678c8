"""SVG by hand: shapes with a class for the page's style sheet, and attributes for a file on its own.

A style sheet outranks presentation attributes, so one text serves both: on a page the classes follow its
light, dark, printed or forced colours, and the downloaded file has the colours of the attributes. There is
no style attribute, which the Content-Security-Policy forbids.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from audit.report.printable import printable

INK, QUIET, EDGE, PAPER = "#17211f", "#4d5a57", "#d3dad7", "#ffffff"
FRAME, ACCENT, HIGH, UNSURE = "#74817d", "#0b5c5a", "#a33a06", "#4f5565"
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
TAIL = 6
SHAPES = ("circle", "triangle", "square", "diamond", "cross")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart: its size in pixels, its shapes, and what it says for those who do not see it."""

    width: float
    height: float
    title: str
    text: str
    parts: tuple[str, ...]

    def on_page(self) -> Markup:
        """The chart as an element of a page."""
        return Markup(self._svg(""))  # noqa: S704 - every text in it was escaped

    def as_file(self) -> str:
        """The chart as a file of its own, on white."""
        ground = (
            f'<rect class="ground" width="{num(self.width)}" height="{num(self.height)}" fill="{PAPER}"/>'
        )
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{self._svg(ground)}\n'

    def _svg(self, ground: str) -> str:
        size = f'width="{num(self.width)}" height="{num(self.height)}"'
        words = f"{clean(self.title)}. {clean(self.text)}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" {size} '
            f'viewBox="0 0 {num(self.width)} {num(self.height)}" aria-label="{words}" font-family="{FONT}">'
            f"{ground}{''.join(self.parts)}</svg>"
        )


def clean(text: str) -> str:
    """A text as XML may hold it."""
    return str(escape(printable(text)))


def num(value: float) -> str:
    """A coordinate with no more digits than a screen shows."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """How a text is set."""

    size: float = 13
    anchor: str = "start"
    bold: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """How a surface looks: its kind, how much shines through, and the kind of its edge ("" for none)."""

    kind: str
    opacity: float = 1
    edge: str = ""


PLAIN = Type()


def label(x: float, y: float, content: str, look: Type = PLAIN) -> str:
    """A text whose baseline starts, ends or is centred at a place."""
    weight = ' font-weight="600"' if look.bold else ""
    colour = f'class="{"quiet" if look.quiet else "ink"}" fill="{QUIET if look.quiet else INK}"'
    return (
        f'<text x="{num(x)}" y="{num(y)}" font-size="{num(look.size)}" text-anchor="{look.anchor}"'
        f"{weight} {colour}>{clean(content)}</text>"
    )


def line(points: Iterable[tuple[float, float]], kind: str, *, width: float = 1, dash: str = "") -> str:
    """A line through points; ``kind`` is its class and decides its colour."""
    path = " ".join(f"{num(x)},{num(y)}" for x, y in points)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline class="{kind}" points="{path}" fill="none" stroke="{COLOURS[kind]}" '
        f'stroke-width="{num(width)}"{dashes}/>'
    )


def box(x: float, y: float, size: tuple[float, float], fill: Fill) -> str:
    """A filled rectangle."""
    stroke = f' stroke="{COLOURS[fill.edge]}"' if fill.edge else ""
    classes = f"{fill.kind} {fill.edge}-edge" if fill.edge else fill.kind
    faded = f' fill-opacity="{num(fill.opacity)}"' if fill.opacity < 1 else ""
    return (
        f'<rect class="fill-{classes}" x="{num(x)}" y="{num(y)}" width="{num(max(size[0], 0))}" '
        f'height="{num(max(size[1], 0))}" fill="{COLOURS[fill.kind]}"{faded}{stroke}/>'
    )


def area(points: Iterable[tuple[float, float]], kind: str) -> str:
    """A faint surface, such as the band between the ends of an interval."""
    path = " ".join(f"{num(x)},{num(y)}" for x, y in points)
    return f'<polygon class="fill-{kind}" points="{path}" fill="{COLOURS[kind]}" fill-opacity="0.16"/>'


def mark(x: float, y: float, shape: str, kind: str, *, radius: float = 5) -> str:
    """A point whose shape says what its colour says."""
    r = radius
    corners = {
        "triangle": ((0, -r * 1.15), (r * 1.1, r * 0.8), (-r * 1.1, r * 0.8)),
        "square": (
            (-r * 0.85, -r * 0.85),
            (r * 0.85, -r * 0.85),
            (r * 0.85, r * 0.85),
            (-r * 0.85, r * 0.85),
        ),
        "diamond": ((0, -r * 1.2), (r * 1.2, 0), (0, r * 1.2), (-r * 1.2, 0)),
    }
    look = f'class="fill-{kind}" fill="{COLOURS[kind]}"'
    if shape == "cross":
        arms = (((x - r, y - r), (x + r, y + r)), ((x - r, y + r), (x + r, y - r)))
        return "".join(line(arm, kind, width=2.2) for arm in arms)
    if shape not in corners:
        return f'<circle {look} cx="{num(x)}" cy="{num(y)}" r="{num(r)}"/>'
    path = " ".join(f"{num(x + dx)},{num(y + dy)}" for dx, dy in corners[shape])
    return f'<polygon {look} points="{path}"/>'


COLOURS = {
    "ink": INK,
    "edge": EDGE,
    "frame": FRAME,
    "paper": PAPER,
    "accent": ACCENT,
    "high": HIGH,
    "unsure": UNSURE,
    "low": "#3f5b6b",
    "info": "#1f5a93",
    "pass": "#1a6739",
    "sunk": "#eaeeec",
}
"""Light colours by kind; `fairlead.css` gives each kind the colours of a page."""


def fit(text: str, room: float, size: float = 13) -> str:
    """A text cut to a width in pixels; its end is kept, since long names often differ there only."""
    whole = " ".join(printable(text).split())
    if wide(whole, size) <= room:
        return whole
    tail = whole[-TAIL:].lstrip() if room > size * 2.5 * TAIL * 0.58 else ""
    head = whole
    while head and wide(head + ELLIPSIS + tail, size) > room:
        head = head[:-1]
    return head.rstrip() + ELLIPSIS + tail


def wide(text: str, size: float = 13) -> float:
    """About how wide a text is set, on the safe side: 0.58 em a letter, 1 em in East Asian scripts."""
    return size * sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.58 for c in text)
