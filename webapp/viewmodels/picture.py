"""An interval as a small picture: positions for an inline SVG, and the same in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 176.0
MARGIN = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The values at the left and right end of a column of pictures, the same for every row."""

    low: float
    high: float

    def x(self, value: float) -> float:
        """Where a value lies, in units of the picture; values outside stay on the edge."""
        share = (value - self.low) / (self.high - self.low)
        return round(MARGIN + min(max(share, 0.0), 1.0) * (WIDTH - 2 * MARGIN), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Where the interval starts and ends, where its value is, and where the reference group's is."""

    low: float
    high: float
    dot: float
    goal: float | None
    text: str


def scale_of(values: Iterable[float], *, share: bool) -> Scale:
    """A scale that holds all values with some air, within 0 and 1 for shares."""
    seen = list(values)
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    air = (high - low) * 0.08 or abs(high) * 0.1 or 0.5
    low, high = low - air, high + air
    return Scale(low=max(low, 0.0), high=min(high, 1.0)) if share else Scale(low=low, high=high)
