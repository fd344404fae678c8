"""A line of numbers: where a value lies on a chart, and which ticks are worth showing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_ROUND = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The values at both ends, and the pixels that they lie at."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value; what lies outside stays at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 5) -> tuple[float, ...]:
        """Round values within the line, no more than asked for."""
        step = _step(self.high - self.low, most)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(round(place * step, 12) + 0.0 for place in range(first, last + 1))


def line_over(
    values: Iterable[float], pixels: tuple[float, float], *, within: tuple[float, float] | None = None
) -> Line:
    """A line that holds all values with some air; ``within`` is where values can lie at all."""
    seen = [value for value in values if math.isfinite(value)]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    air = (high - low) * 0.06 or abs(high) * 0.1 or 0.5
    low, high = low - air, high + air
    if within is not None:
        low, high = max(low, within[0]), min(high, within[1])
    if high <= low:
        low, high = low - 0.5, low + 0.5
    return Line(low=low, high=high, start=pixels[0], end=pixels[1])


def _step(width: float, most: int) -> float:
    rough = width / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * times for times in _ROUND if power * times >= rough - 1e-12 * rough)
