"""From a field to an attribute to the score: how well the field tells the group, and its share of the gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webapp.charts.drawing import COLOURS, Drawing, Fill, Type, box, fit, label, num
from webapp.language import gettext

WIDTH, ROW, TOP, BOX = 760.0, 52.0, 34.0, 42.0
FIELD, MIDDLE, END = (8.0, 250.0), (402.0, 150.0), (620.0, 130.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One field: how strong it is (0 to 1), that in words, and its share of the gap (None: no gap)."""

    field: str
    strength: float
    strong_words: str
    share: float | None
    share_words: str


def flow(branches: Sequence[Branch], attribute: str, gap_words: str, drawn: tuple[str, str]) -> Drawing:
    """Fields on the left, the attribute in the middle, the score on the right; lines as thick as told."""
    title, text = drawn
    height = TOP + ROW * max(len(branches), 1) + 12
    centre = TOP + ROW * max(len(branches), 1) / 2
    parts = [
        label(FIELD[0], 18, gettext("Field, and its share of the gap"), Type(size=12, quiet=True)),
        label(MIDDLE[0], 18, gettext("tells the attribute"), Type(size=12, quiet=True)),
        label(END[0], 18, gettext("gap in the score"), Type(size=12, quiet=True)),
        *_links(branches, centre),
        *_box(MIDDLE, centre, (attribute,)),
        *_link((MIDDLE[0] + MIDDLE[1], centre), (END[0], centre), 5.0),
        *_box(END, centre, (gettext("Score"), gap_words)),
    ]
    return Drawing(width=WIDTH, height=height, title=title, text=text, parts=tuple(parts))


def _links(branches: Sequence[Branch], centre: float) -> Iterator[str]:
    for place, branch in enumerate(branches):
        y = TOP + ROW * (place + 0.5)
        start = (FIELD[0] + FIELD[1], y)
        yield from _link(start, (MIDDLE[0], centre), 1 + 9 * branch.strength)
    for place, branch in enumerate(branches):
        y = TOP + ROW * (place + 0.5)
        yield from _box(FIELD, y, (branch.field, branch.share_words))
        yield label(FIELD[0] + FIELD[1] + 6, y - 7, branch.strong_words, Type(size=11))


def _link(start: tuple[float, float], end: tuple[float, float], width: float) -> Iterator[str]:
    half = (start[0] + end[0]) / 2
    path = (
        f"M{num(start[0])} {num(start[1])}C{num(half)} {num(start[1])} {num(half)} {num(end[1])} "
        f"{num(end[0])} {num(end[1])}"
    )
    yield (
        f'<path class="accent" d="{path}" fill="none" stroke="{COLOURS["accent"]}" stroke-opacity="0.45" '
        f'stroke-width="{num(width)}"/>'
    )


def _box(column: tuple[float, float], middle: float, lines: Sequence[str]) -> Iterator[str]:
    x, width = column
    yield box(x, middle - BOX / 2, (width, BOX), Fill("sunk", edge="frame"))
    first = middle + 5 - 8 * (len(lines) - 1)
    for place, words in enumerate(lines):
        size = 13.0 if place == 0 else 11.5
        yield label(
            x + 8,
            first + 16 * place,
            fit(words, width - 16, size),
            Type(size=size, bold=place == 0, quiet=place > 0),
        )
