"""Intervals and p-values of gaps in two windows and of the change from one to the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray
from audit.drift.rates import Moments
from audit.inference import normal_p
from audit.intervals import Interval, mover, quantile, wilson_at

FURTHEST = 40.0
HALVINGS = 44


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gaps:
    """The gaps of all groups: values and ends of shape ``(2, groups)``, and the change of each."""

    value: FloatArray
    ends: Interval
    change: FloatArray
    change_ends: Interval
    p_value: FloatArray


def gaps_of(both: Moments, reference: int, confidence: float, *, rate: bool) -> Gaps:
    """Gaps to the reference group in both windows, by Newcombe's and MOVER's intervals.

    The p-value of the change is one less the confidence at which its interval begins to hold 0, so that both
    always say the same.

    Parameters
    ----------
    both
        Reference window and newest window, by group.
    reference
        The place of the reference group.
    confidence
        Of each interval.
    rate
        Whether values are yes or no (Wilson's ends), or numbers (the normal ends of a mean).
    """
    z = np.full(both.n.shape[1], quantile(confidence))
    mean = both.mean
    value = mean - mean[:, reference : reference + 1]
    change = value[1] - value[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        ends, change_ends = _at(both, reference, z, rate=rate)
        p = normal_p(_critical(both, reference, change, rate=rate))
    return Gaps(value=value, ends=ends, change=change, change_ends=change_ends, p_value=p)


def _at(both: Moments, reference: int, z: FloatArray, *, rate: bool) -> tuple[Interval, Interval]:
    """The ends of both gaps and of their change, at a normal quantile of each group."""
    low, high = _ends(both, z, rate=rate)
    other = slice(reference, reference + 1)
    mean = both.mean
    theirs = _ends(_only(both, other), z, rate=rate)
    gap = mean - mean[:, other]
    ends = mover(mean, (low, high), mean[:, other], theirs)
    return ends, mover(gap[1], (ends[0][1], ends[1][1]), gap[0], (ends[0][0], ends[1][0]))


def _only(both: Moments, other: slice) -> Moments:
    return Moments(total=both.total[:, other], squares=both.squares[:, other], n=both.n[:, other])


def _ends(both: Moments, z: FloatArray, *, rate: bool) -> Interval:
    if rate:
        return wilson_at(both.total, both.n, z)
    # Values that are all alike tell nothing of their spread: Hoeffding's bound on the scale 0 to 1.
    alike = np.sqrt(-np.log(np.maximum(normal_p(z), 1e-300) / 2) / (2 * both.n))
    half = np.where(both.variance > 0, z * np.sqrt(both.variance / both.n), alike)
    return both.mean - half, both.mean + half


def _critical(both: Moments, reference: int, change: FloatArray, *, rate: bool) -> FloatArray:
    """The quantile at which the interval of the change just holds 0, by halving."""
    near, far = np.zeros_like(change), np.full_like(change, FURTHEST)
    for _ in range(HALVINGS):
        z = (near + far) / 2
        low, high = _at(both, reference, z, rate=rate)[1]
        holds = (low <= 0) & (high >= 0)
        near, far = np.where(holds, near, z), np.where(holds, z, far)
    return near
