"""How many more days it takes, roughly, until a watched gap has a verdict."""

from __future__ import annotations

import math

from audit.watch.sequence import Look, Watched

FURTHEST = 20
"""How many times the days seen so far an outlook may reach; further ahead nothing is known."""


def more_days(one: Watched) -> int | None:
    """The days until a verdict, were the gap and the leads a day to stay as they are.

    The band narrows about as one over the root of the leads. None where there is a verdict, where no gap is
    known, where the gap is too near to the edge of the tolerance, or where it is too far ahead to say.
    """
    last = one.looks[-1]
    if last.verdict != "insufficient" or last.gap is None:
        return None
    began = max(one.changed, default=one.looks[0].day)
    seen = (last.day - began).days + 1
    times = _times(last, last.gap, one.tolerance)
    if times is None or times > FURTHEST:
        return None
    return max(1, math.ceil(seen * (times - 1)))


def _times(last: Look, gap: float, tolerance: float) -> float | None:
    """How many times as many leads the band needs; None where it does not hold its own gap or never will."""
    above, below = last.high - gap, gap - last.low
    if abs(gap) > tolerance:
        pairs = [(below if gap > 0 else above, abs(gap) - tolerance)]
    else:
        pairs = [(above, tolerance - gap), (below, tolerance + gap)]
    if min(above, below) < 0 or min(room for _, room in pairs) <= 0:
        return None
    return max((width / room) ** 2 for width, room in pairs)
