"""What anybody can work out of the counts that a release hides."""

from __future__ import annotations

from dataclasses import dataclass

from audit.release.facts import Fact
from audit.release.model import Release, relations

_ROUNDS = 200

Key = tuple[tuple[str, ...], tuple[str, ...], Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The least and the most that a count can be."""

    low: int
    high: int


def spans(release: Release) -> dict[Key, Span]:
    """Bounds of every count: what every sum among the published counts leaves open, one sum at a time.

    A published count is its own bound. The bounds of a hidden one hold for certain; all sums solved at once
    may be a little narrower, and a release is only made where even those leave ``k`` leads open.
    """
    keys = tuple(release.values())
    counts = tuple(release.values().values())
    most = _largest(counts)
    low = [count if count is not None else 0 for count in counts]
    high = [count if count is not None else most for count in counts]
    sums = relations(release)
    for _ in range(_ROUNDS):
        before = (tuple(low), tuple(high))
        for whole, parts in sums:
            _tighten(low, high, whole, parts)
        if before == (tuple(low), tuple(high)):
            break
    return {key: Span(low=a, high=b) for key, a, b in zip(keys, low, high, strict=True)}


def _largest(counts: tuple[int | None, ...]) -> int:
    """All leads, or more than they can be where even their number is hidden."""
    shown = [count for count in counts if count is not None]
    return counts[0] if counts[0] is not None else 10 * sum(shown) + 1_000


def _tighten(low: list[int], high: list[int], whole: int, parts: tuple[int, ...]) -> None:
    least, most = sum(low[i] for i in parts), sum(high[i] for i in parts)
    low[whole], high[whole] = max(low[whole], least), min(high[whole], most)
    for i in parts:
        high[i] = min(high[i], high[whole] - (least - low[i]))
        low[i] = max(low[i], low[whole] - (most - high[i]))
