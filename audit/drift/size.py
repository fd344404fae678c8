"""How large a stability index (PSI) is, once chance is taken off, and between which ends it lies.

Without drift, Pearson's statistic of two windows of n and m leads over k bins is about k - 1, and the PSI is
about that statistic times (1/n + 1/m): so much of it is chance. With drift the statistic is about noncentral
chi-squared, of which the ends are taken while it is small. A large PSI varies as its delta method says, which
says nothing near 0; the wider ends of both are told.

References
----------
B. Yurdakul, J. Naranjo (2020). Statistical properties of the population stability index. J. Risk Model
Validation 14(4). A. Agresti (2013). Categorical Data Analysis, 16.1 (delta method). Wiley.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray
from audit.drift.distances import HALF, chi_squared, stability_index
from audit.intervals import quantile

EXACT_UP_TO = 10_000.0
"""Statistics beyond this are referred to the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """``psi`` as defined, ``by_chance`` what no drift gives; the true one lies from ``low`` to ``high``."""

    psi: float
    by_chance: float
    low: float
    high: float


def size_of(reference: FloatArray, newest: FloatArray, effect: float, confidence: float) -> Size:
    """The size of a drift from counts by bin; ``effect`` is the design effect of leads that are alike."""
    psi = stability_index(reference, newest)
    unit = effect * (1 / reference.sum() + 1 / newest.sum())
    statistic, freedom = chi_squared(reference, newest)
    chance = float(min(freedom * unit, psi))
    low, high = (end * unit for end in _noncentrality(statistic / effect, freedom, confidence))
    half = quantile(confidence) * np.sqrt(effect * _variance(reference, newest))
    return Size(
        psi=psi,
        by_chance=chance,
        low=float(max(min(low, psi - chance - half), 0.0)),
        high=float(max(high, psi - chance + half)),
    )


def psi_less_chance(reference: FloatArray, newest: FloatArray) -> float:
    """The PSI less what as many leads give without any drift, never below 0."""
    freedom = int(np.count_nonzero(reference + newest)) - 1
    chance = freedom * float(1 / reference.sum() + 1 / newest.sum())
    return max(stability_index(reference, newest) - chance, 0.0)


def _noncentrality(statistic: float, freedom: int, confidence: float) -> tuple[float, float]:
    """The ends between which the noncentrality of a chi-squared statistic lies."""
    from scipy.special import chndtr, chndtrinc  # noqa: PLC0415 - slow to import

    if freedom == 0:
        return 0.0, 0.0
    if statistic > EXACT_UP_TO:
        middle = statistic - freedom
        half = quantile(confidence) * float(np.sqrt(2 * (freedom + 2 * middle)))
        return middle - half, middle + half
    tail = (1 - confidence) / 2
    ends = (
        float(chndtrinc(statistic, freedom, part)) if chndtr(statistic, freedom, 0.0) > part else 0.0
        for part in (1 - tail, tail)
    )
    low, high = ends
    return low, high


def _variance(reference: FloatArray, newest: FloatArray) -> float:
    """Variance of the PSI by the delta method."""
    seen = reference + newest > 0
    p, q = ((part[seen] + HALF) / (part[seen] + HALF).sum() for part in (reference, newest))
    up, down = np.log(p / q) + (p - q) / p, np.log(q / p) + (q - p) / q
    spread = [float((w * g**2).sum() - (w * g).sum() ** 2) for w, g in ((p, up), (q, down))]
    return spread[0] / float(reference.sum()) + spread[1] / float(newest.sum())
