"""How far a score is likely off, as a small picture: positions for an inline SVG beside the sentence."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.language import decimal
from webapp.viewmodels.words import MINUS

WIDTH = 300.0
MARGIN = 34.0
"""Room for the numbers at both ends."""
LEAST = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPicture:
    """A bar from the least to the most, a dot in it, and where the score stands as it is."""

    zero: float
    bar: float
    width: float
    dot: float
    least: str
    most: str


def shift_picture(shift: tuple[float, float, float] | None) -> ShiftPicture | None:
    """The picture of the points that a score misses, from and to how many; None where nothing is said."""
    if shift is None:
        return None
    value, low, high = shift[0], min(shift[1:]), max(shift[1:])
    least, most = min(0.0, low, value), max(0.0, high, value)

    def place(points: float) -> float:
        return round(MARGIN + (points - least) / (most - least or 1.0) * (WIDTH - 2 * MARGIN), 1)

    return ShiftPicture(
        zero=place(0.0),
        bar=place(low),
        width=max(LEAST, round(place(high) - place(low), 1)),
        dot=place(value),
        least=_signed(low),
        most=_signed(high),
    )


def _signed(points: float) -> str:
    """Two digits that matter, as in the sentence, with their sign: +23, -0.15."""
    text = f"{abs(points):.2g}"
    digits = 0 if abs(points) >= 9.5 or "e" in text else len(text.partition(".")[2])
    return decimal(points, digits, signed=True).replace("-", MINUS)
