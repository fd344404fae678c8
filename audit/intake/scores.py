"""Scores: numbers inside their range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audit.intake.ledger import Ledger

# The variance of a score is squared in a test: far beyond any scale, and still far from an overflow.
_MOST = 1e60
_SCALES = ((0.0, 1.0), (0.0, 100.0))


def score_range(values: NDArray[np.float64], threshold: float | None) -> tuple[float, float] | None:
    """The scale that the scores are on: 0 to 1, 0 to 100, or None where neither fits.

    A scale fits when the threshold lies in it and only a few scores do not: those are then errors.
    Only a guess, so ``score_range`` in the stream overrides it.
    """
    known = values[~np.isnan(values)]
    for low, high in _SCALES:
        if (threshold is None or low <= threshold <= high) and _fits(known, low, high):
            return low, high
    return None


def _fits(known: NDArray[np.float64], low: float, high: float) -> bool:
    """All scores lie on the scale; or nearly all do, and some between its ends (1, 1, 5 is not 0 to 1).

    Nearly all: 1 % may lie outside, in a small table up to 5, but never half of them.
    """
    outside = int(np.count_nonzero((known < low) | (known > high)))
    between = bool(np.any((known > low) & (known < high)))
    allowed = max(min(5, (known.size - 1) // 2), known.size // 100)
    return bool(known.size) and (outside == 0 or (between and outside <= allowed))


def reject_scores(
    values: NDArray[np.float64], missing: NDArray[np.bool_], scale: tuple[float, float] | None, ledger: Ledger
) -> None:
    """Turn away rows whose score is missing, not a number, infinite or outside its scale."""
    ledger.reject(
        "score_missing",
        "There is no score; score the lead, or leave it out.",
        missing,
    )
    ledger.reject(
        "score_not_a_number",
        "The score is not a number; write it in digits with a decimal point, or leave it empty.",
        np.isnan(values),
    )
    low, high = scale or (-_MOST, _MOST)
    within = f"outside {low:g} to {high:g}" if scale else f"infinite or beyond {_MOST:g}"
    ledger.reject(
        "score_out_of_range",
        f"The score is {within}; correct it, or set score_range in [stream].",
        (values < low) | (values > high),
    )


def reaches(values: NDArray[np.float64], threshold: float, *, higher_is_better: bool) -> NDArray[np.bool_]:
    """Who is selected: the score is at the threshold or on its better side."""
    return values >= threshold if higher_is_better else values <= threshold
