"""Two attributes crossed: a tile for each pair of groups, darker for more, hatched where suppressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webapp.charts.drawing import COLOURS, Drawing, Fill, Type, box, fit, label, line, num

TILE, HEIGHT, NAMES, HEAD = 96.0, 58.0, 150.0, 54.0
STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One pair of groups. ``shade`` is from 0 to 1; None where the tile is suppressed, or nobody is in it.

    ``lines`` are the words in it, at most three.
    """

    shade: float | None
    lines: tuple[str, ...]
    empty: bool = False
    reference: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The names along both sides: attribute and groups."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_title: str
    column_title: str


def heat(sides: Sides, tiles: Sequence[Sequence[Tile]], title: str, text: str) -> Drawing:
    """The chart. Every tile says its number, so that no reading rests on the shade."""
    width = NAMES + TILE * len(sides.columns) + 10
    height = HEAD + HEIGHT * len(sides.rows) + 10
    parts = (
        _hatch(),
        *_names(sides),
        *(
            part
            for row, cells in enumerate(tiles)
            for column, tile in enumerate(cells)
            for part in _tile(tile, NAMES + TILE * column, HEAD + HEIGHT * row)
        ),
    )
    return Drawing(width=max(width, 300.0), height=height, title=title, text=text, parts=parts)


def _hatch() -> str:
    stroke = f'class="frame" stroke="{COLOURS["frame"]}" stroke-width="1.5"'
    return (
        '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><line {stroke} x1="0" y1="0" x2="0" y2="8"/></pattern></defs>'
    )


def _names(sides: Sides) -> Iterator[str]:
    yield label(4, HEAD - 10, fit(sides.row_title, NAMES - 14, 12), Type(size=12, bold=True))
    yield label(NAMES, 16, fit(sides.column_title, TILE * len(sides.columns), 12), Type(size=12, bold=True))
    for column, name in enumerate(sides.columns):
        middle = NAMES + TILE * (column + 0.5)
        yield label(middle, HEAD - 10, fit(name, TILE - 8, 12), Type(size=12, anchor="middle"))
    for row, name in enumerate(sides.rows):
        yield label(4, HEAD + HEIGHT * (row + 0.5) + 4, fit(name, NAMES - 12, 12.5), Type(size=12.5))


def _tile(tile: Tile, x: float, y: float) -> Iterator[str]:
    size = (TILE - 3, HEIGHT - 3)
    if tile.shade is not None:
        step = min(int(tile.shade * STEPS), STEPS - 1)
        yield box(x, y, size, Fill("accent", opacity=0.06 + 0.075 * step, edge="edge"))
    elif tile.empty:
        yield box(x, y, size, Fill("paper", edge="edge"))
    else:
        yield box(x, y, size, Fill("paper", edge="frame"))
        yield (
            f'<rect x="{num(x)}" y="{num(y)}" width="{num(size[0])}" height="{num(size[1])}" '
            'fill="url(#hatch)" fill-opacity="0.45"/>'
        )
        yield box(x + 4, y + 7, (size[0] - 8, 15.0 * len(tile.lines) + 4), Fill("paper"))
    if tile.reference:
        corners = ((x, y), (x + size[0], y), (x + size[0], y + size[1]), (x, y + size[1]), (x, y))
        yield line(corners, "ink", width=2)
    for place, words in enumerate(tile.lines):
        size_of = 13.0 if place == 0 and tile.shade is not None else 10.5
        yield label(
            x + size[0] / 2,
            y + 18 + 15 * place,
            fit(words, TILE - 6, size_of),
            Type(size=size_of, anchor="middle", bold=place == 0 and tile.shade is not None),
        )
