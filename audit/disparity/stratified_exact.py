"""The exact test of no difference within any stratum, where a normal approximation is off in the tails.

Given the margins of every stratum, the group's hits there are hypergeometric, and the sum over the strata has
the convolution of their distributions. Corrected for many comparisons the far tails decide: with five hits
expected, the approximation's p-value of 1e-4 happens four times as often.

References
----------
J. Gart (1970). Biometrika 57:471. N. Mantel, W. Haenszel (1959). J. Natl. Cancer Inst. 22:719.
"""

from __future__ import annotations

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.disparity.stratified import Strata, cochran_mantel_haenszel_p
from audit.inference import SMALL, log_hypergeometric

_MOST_STRATA = 200
"""Strata that tell anything, above which the normal approximation is used all the same, for its speed."""
_TIE = 1e-7


def no_difference_p(of: Strata) -> FloatArray:
    """Two-sided p-value by group: exact where a cell expects few leads, else Cochran-Mantel-Haenszel's."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p = cochran_mantel_haenszel_p(of)
    marked = of.hits + of.other_hits
    telling = (marked > 0) & (marked < of.total)
    counts = of.sum(telling.astype(np.float64))
    exact = _small(of) & (counts > 0) & (counts <= _MOST_STRATA)
    for group in np.flatnonzero(exact).tolist():
        p[group] = _exact(of, np.flatnonzero(telling & (of.group == group)))
    return p


def _small(of: Strata) -> BoolArray:
    """Groups with a cell of the pooled two-by-two table that expects fewer than 30 leads."""
    n, other_n = of.sum(of.n), of.sum(of.other_n)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (of.sum(of.hits) + of.sum(of.other_hits)) / (n + other_n)
    return np.asarray(np.minimum(n, other_n) * np.minimum(share, 1 - share) < SMALL, dtype=np.bool_)


def _exact(of: Strata, strata: IntArray) -> float:
    """Probability of all sums of hits that are at most as likely as the one seen."""
    chance, first = np.ones(1), 0.0
    for one in strata.tolist():
        n, total = float(of.n[one]), float(of.total[one])
        marked = float(of.hits[one] + of.other_hits[one])
        lowest = max(0.0, n + marked - total)
        cell = np.arange(lowest, min(n, marked) + 1)
        sides = (np.full(cell.shape, number) for number in (n, marked, total))
        chance = np.convolve(chance, np.exp(log_hypergeometric(cell, *sides)))
        first += lowest
    seen = chance[int(of.hits[strata].sum() - first)]
    return min(float(chance[chance <= seen * (1 + _TIE)].sum()), 1.0)
