"""The group-calibrated score of one lead: its score, moved by the shift that its flag tells."""

from __future__ import annotations

import math


def moved(score: float, shift: float | None, within: tuple[float, float] | None) -> float | None:
    """The score moved by a shift, inside the score's declared range.

    Parameters
    ----------
    score
        The lead's score in its own points; NaN where it has none.
    shift
        The points that the flag tells. It is None where nothing sure can be said, and always where only a
        special category is behind the flag, so there is no calibrated score that tells one.
    within
        The lowest and the highest score, where the stream declares them.

    Returns
    -------
    float or None
        None where either is missing: a score that stands is not repeated, it would only grow old.
    """
    if shift is None or not math.isfinite(score):
        return None
    low, high = within or (-math.inf, math.inf)
    return min(max(score + shift, low), high)
