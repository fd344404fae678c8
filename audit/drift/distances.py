"""Distances between the counts of two windows over the same bins.

All functions take counts, not negative, with at least one lead in each window. Logarithms are natural where
nothing else is said.

References
----------
Population stability index: the divergence J of S. Kullback, R. Leibler (1951). Ann. Math. Stat. 22:79.
Jensen-Shannon: J. Lin (1991). IEEE Trans. Inf. Theory 37:145. Hellinger: E. Hellinger (1909). Crelle 136:210.
Wasserstein: S. Vallender (1974). Theory Probab. Appl. 18:784.
"""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray

HALF = 0.5
"""Leads added to each bin for the stability index, which an empty bin would make infinite."""


def stability_index(reference: FloatArray, newest: FloatArray) -> float:
    """Population stability index (PSI); rules of thumb call 0.1 a little and 0.25 much.

    A bin that neither window has a lead in is none.
    """
    seen = reference + newest > 0
    p, q = _shares(reference[seen] + HALF), _shares(newest[seen] + HALF)
    return float(((p - q) * np.log(p / q)).sum())


def jensen_shannon(reference: FloatArray, newest: FloatArray) -> float:
    """The distance: root of the mean divergence of both from their mixture in bits, 0 (alike) to 1."""
    p, q = _shares(reference), _shares(newest)
    middle = (p + q) / 2
    divergence = sum(
        float((part[part > 0] * np.log2(part[part > 0] / middle[part > 0])).sum()) for part in (p, q)
    )
    return float(np.sqrt(min(max(divergence / 2, 0.0), 1.0)))


def hellinger(reference: FloatArray, newest: FloatArray) -> float:
    """0 where both are alike, 1 where they share no bin."""
    length = np.linalg.norm(np.sqrt(_shares(reference)) - np.sqrt(_shares(newest)))
    return float(min(length / np.sqrt(2), 1.0))


def kolmogorov_smirnov(reference: FloatArray, newest: FloatArray) -> float:
    """The widest gap of the cumulated shares; bins in their order."""
    return float(np.abs(np.cumsum(_shares(reference) - _shares(newest))).max())


def wasserstein(reference: FloatArray, newest: FloatArray, places: FloatArray) -> float:
    """How far a lead's value must move on average to make one window of the other, in the unit of ``places``.

    ``places`` are the values of the bins, ascending.
    """
    cumulated = np.cumsum(_shares(reference) - _shares(newest))[:-1]
    return float((np.abs(cumulated) * np.diff(places)).sum())


def chi_squared(reference: FloatArray, newest: FloatArray) -> tuple[float, int]:
    """Pearson's statistic of equal shares, and its degrees of freedom (0 where all leads are in one bin)."""
    table = np.stack([reference, newest])[:, reference + newest > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(((table - expected) ** 2 / expected).sum()), table.shape[1] - 1


def _shares(counts: FloatArray) -> FloatArray:
    shares: FloatArray = counts / counts.sum()
    return shares
