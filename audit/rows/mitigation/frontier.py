"""Which remedies no other one beats: a smaller gap and at least as good, or better and no larger a gap."""

from __future__ import annotations

from collections.abc import Sequence


def unbeaten(points: Sequence[tuple[float, float]]) -> tuple[bool, ...]:
    """Whether each (gap, good) is on the Pareto frontier: gap the smaller the better, good the larger."""
    return tuple(
        not any(_beats(other, one) for place, other in enumerate(points) if place != mine)
        for mine, one in enumerate(points)
    )


def _beats(other: tuple[float, float], one: tuple[float, float]) -> bool:
    return other[0] <= one[0] and other[1] >= one[1] and other != one
