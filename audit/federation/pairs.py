"""Groups against their reference where counts are hidden or hold noise: gap, ratio, and a p-value.

Newcombe's interval of a difference of p (from l to u) and q (from m to v) ends at p - q minus the root of
(p - l)^2 + (v - q)^2. That rises with p and l and falls with q and v, which all rise with the hits and fall
with the misses. So the union of the intervals over all hidden counts ends where one side has its least rate
and the other its most: no search is needed, and nothing is lost. That Koopman's interval of a ratio ends
there too was tried over all tables of up to nine leads in a cell (`tests/audit/federation/test_corners.py`).
With noise a ratio takes the extremes of two intervals at half the error probability each, as in
`audit.release.figures`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audit.arrays import FloatArray
from audit.disparity import Kind
from audit.federation.rates import Rates, taken
from audit.inference import two_proportion_p
from audit.intervals import Interval, koopman, mover

_TINY = 1e-9
_LEVELS = 30


def known_gap(rates: Rates, reference: int, kind: Kind, alpha: float) -> Interval:
    """Between what each gap of the counted leads lies."""
    other = taken(rates, reference)
    own, theirs = rates.known(rates.interval(alpha)), other.known(other.interval(alpha))
    if kind == "difference":
        return own[0] - theirs[1], own[1] - theirs[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return own[0] / theirs[1], own[1] / theirs[0]


def gap_interval(rates: Rates, reference: int, kind: Kind, alpha: float) -> Interval:
    """The confidence interval of each gap at the error probability ``alpha``."""
    return (_difference if kind == "difference" else _ratio)(rates, reference, alpha)


def equality_p(rates: Rates, reference: int, alpha: float) -> FloatArray:
    """P-value of equal rates: exact or pooled z where both counts are known, as in any audit.

    Elsewhere it is the smallest error probability at which the interval of the difference excludes 0: the
    worst of all counts that are possible, rounded up to a power of a half, 2^-30 at the least.
    """
    other = taken(rates, reference)
    certain = rates.exact & other.exact
    p = _inverted(lambda level: _difference(rates, reference, level), len(rates.sides))
    own, theirs = rates.box(alpha), other.box(alpha)
    usable = certain & (own.hit_low + own.miss_low > 0) & (theirs.hit_low + theirs.miss_low > 0)
    if usable.any():
        counts = (own.hit_low, own.hit_low + own.miss_low, theirs.hit_low, theirs.hit_low + theirs.miss_low)
        p[usable] = two_proportion_p(*(np.broadcast_to(part, p.shape)[usable] for part in counts))
    return p


def _difference(rates: Rates, reference: int, alpha: float) -> Interval:
    other = taken(rates, reference)
    own, theirs = rates.interval(alpha), other.interval(alpha)
    mine, their = rates.known(own), other.known(theirs)
    low, _ = mover(mine[0], own, their[1], theirs)
    _, high = mover(mine[1], own, their[0], theirs)
    return low, high


def _ratio(rates: Rates, reference: int, alpha: float) -> Interval:
    other = taken(rates, reference)
    own, theirs = rates.interval(alpha / 2), other.interval(alpha / 2)
    with_noise = own[0] / np.maximum(theirs[1], _TINY), own[1] / np.maximum(theirs[0], _TINY)
    mine, their = rates.box(alpha), other.box(alpha)
    low, _ = koopman(
        mine.hit_low,
        mine.hit_low + mine.miss_high,
        their.hit_high,
        their.hit_high + their.miss_low,
        1 - alpha,
    )
    _, high = koopman(
        mine.hit_high,
        mine.hit_high + mine.miss_low,
        their.hit_low,
        their.hit_low + their.miss_high,
        1 - alpha,
    )
    noisy = rates.noisy | other.noisy
    return np.where(noisy, with_noise[0], low), np.where(noisy, with_noise[1], high)


def _inverted(interval: Callable[[float], Interval], groups: int) -> FloatArray:
    """The smallest of some levels, each half the one before, that excludes equality; 1 where none does."""
    found = np.ones(groups)
    for level in (0.5 ** np.arange(1, _LEVELS + 1)).tolist():
        low, high = interval(level)
        apart = (low > 0) | (high < 0)
        if not apart.any():
            break
        found = np.where(apart, level, found)
    return found
