"""Verdicts of comparisons, and how many leads are missing for one."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.disparity.contrast import Contrast
from audit.intervals import quantile
from audit.schema import Tolerance

Verdict = Literal["pass", "fail", "insufficient"]

_OUT_OF_REACH = 1e9
POWER = 0.8
"""How often a verdict is reached with the leads that are said to be needed."""
_POWERFUL = NormalDist().inv_cdf(POWER)


def verdicts(contrast: Contrast, p_adjusted: FloatArray, level: float) -> tuple[Verdict, ...]:
    """Pass where the interval lies inside the tolerance, fail where it lies outside, else insufficient.

    A fail must also be significant at ``level`` after correction for the family that the
    comparison belongs to: among thirty equal groups some interval always lies outside.
    """
    with np.errstate(invalid="ignore"):
        inside = (contrast.low >= contrast.tolerance[0]) & (contrast.high <= contrast.tolerance[1])
        outside = _outside(contrast) & (p_adjusted < level)
    return tuple(
        "insufficient" if not enough else "fail" if failed else "pass" if passed else "insufficient"
        for enough, failed, passed in zip(contrast.enough, outside, inside, strict=True)
    )


def leads_needed(
    contrast: Contrast, audit: Tolerance, level: float, family: IntArray
) -> tuple[int | None, ...]:
    """Size at which each group would get its verdict in four of five audits, were its true value this one.

    Normal approximation, on the logarithmic scale for a ratio: the interval must clear the nearer
    end of the tolerance, and, beyond the tolerance, the difference must stay significant after
    Bonferroni's correction over the family, both with a power of 80 %. With the size at which the
    expected interval just clears it, every second audit would still end without a verdict. The unit is
    that of ``Contrast.n``: for a true positive rate, leads with a positive outcome. None where no size
    is enough, because the reference group is itself too small or the value lies on the limit.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        value, ends = _on_scale(contrast)
        away = np.abs(value[:, None] - ends)
        sure = quantile(audit.confidence) + _power_quantile(away)
        clear = _size(contrast, sure, away.min(axis=1))
        strict = _bonferroni(family, level) + _POWERFUL
        beyond = (value < ends[0]) | (value > ends[1])
        needed = np.where(beyond, np.fmax(clear, _size(contrast, strict, np.abs(value))), clear)
    needed = np.maximum(needed, np.maximum(contrast.n + 1, contrast.smallest))
    possible = np.isfinite(needed) & (needed < _OUT_OF_REACH) & contrast.reference_enough
    return tuple(
        int(np.ceil(size)) if reachable else None
        for size, reachable in zip(needed.tolist(), possible, strict=True)
    )


def _power_quantile(away: FloatArray) -> FloatArray:
    """Normal quantile of the power: where both ends are near, either may be missed (two one-sided tests)."""
    centred = away.max(axis=1) < 2 * away.min(axis=1)
    return np.where(centred, NormalDist().inv_cdf((1 + POWER) / 2), _POWERFUL)


def _size(contrast: Contrast, z: float | FloatArray, distance: FloatArray) -> FloatArray:
    """Leads at which z standard errors fit into the distance; infinite where none do."""
    room = distance**2 - z**2 * contrast.noise
    return np.where(room > 0, z**2 * contrast.spread / room, np.inf)


def _bonferroni(family: IntArray, level: float) -> FloatArray:
    """Two-sided normal quantile that a comparison must reach in a family of this size."""
    sizes, place = np.unique(np.maximum(family, 1), return_inverse=True)
    quantiles = [NormalDist().inv_cdf(1 - level / (2 * size)) for size in sizes.tolist()]
    return np.array(quantiles, dtype=np.float64)[place]


def _on_scale(contrast: Contrast) -> tuple[FloatArray, FloatArray]:
    ends = np.array(contrast.tolerance)
    if contrast.kind == "difference":
        return contrast.value, ends
    floor = 0.5 / np.maximum(contrast.n, 1)
    return np.log(np.maximum(contrast.value, floor)), np.log(ends)


def _outside(contrast: Contrast) -> BoolArray:
    return (contrast.low > contrast.tolerance[1]) | (contrast.high < contrast.tolerance[0])
