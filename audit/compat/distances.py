"""Distances between two distributions over the same labels: ours, and with Clarify's dropped labels.

All functions take shares or counts with the labels on the last axis. Logarithms are natural.

References
----------
S. Kullback, R. Leibler (1951). Ann. Math. Stat. 22:79. J. Lin (1991). IEEE Trans. Inf. Theory 37:145.
"""

from __future__ import annotations

import numpy as np

from audit.arrays import BoolArray, FloatArray


def shares(counts: FloatArray) -> FloatArray:
    """Counts by label as shares; NaN where there are none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(counts / counts.sum(axis=-1, keepdims=True), dtype=np.float64)


def kullback_leibler(p: FloatArray, q: FloatArray) -> FloatArray:
    """Divergence of p from q, 0 or more; infinite where q lacks a label that p has."""
    return np.maximum(kullback_leibler_unbounded(p, q), 0.0)


def jensen_shannon(p: FloatArray, q: FloatArray) -> FloatArray:
    """Mean divergence of both from their mixture, between 0 and ln 2."""
    return np.maximum(jensen_shannon_unbounded(p, q), 0.0)


def euclidean(p: FloatArray, q: FloatArray) -> FloatArray:
    """Length of the difference (Lp with p = 2)."""
    return np.asarray(np.sqrt(((p - q) ** 2).sum(axis=-1)), dtype=np.float64)


def total_variation(p: FloatArray, q: FloatArray) -> FloatArray:
    """The most by which the share of any set of labels differs."""
    return np.asarray(np.abs(p - q).sum(axis=-1) / 2, dtype=np.float64)


def kolmogorov_smirnov(p: FloatArray, q: FloatArray) -> FloatArray:
    """Widest gap of the cumulated shares; the labels are in their order."""
    return np.asarray(np.abs(np.cumsum(p - q, axis=-1)).max(axis=-1), dtype=np.float64)


def largest_difference(p: FloatArray, q: FloatArray) -> FloatArray:
    """Largest difference of a single label's shares: what Clarify calls KS."""
    return np.asarray(np.abs(p - q).max(axis=-1), dtype=np.float64)


def on_common_labels(p: FloatArray, q: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both with the labels that one of them lacks set to 0 in both, which is how smclarify 0.5 reads them.

    The shares of the labels that are left are not divided anew, so they need not add up to 1. NaN
    where no label is common: smclarify stops there.
    """
    common = (p > 0) & (q > 0)
    return _kept(p, common), _kept(q, common)


def _kept(shares_of: FloatArray, common: BoolArray) -> FloatArray:
    return np.where(np.any(common, axis=-1, keepdims=True), np.where(common, shares_of, 0.0), np.nan)


def jensen_shannon_unbounded(p: FloatArray, q: FloatArray) -> FloatArray:
    """The same for Jensen and Shannon's."""
    middle = (p + q) / 2
    return (kullback_leibler_unbounded(p, middle) + kullback_leibler_unbounded(q, middle)) / 2


def kullback_leibler_unbounded(p: FloatArray, q: FloatArray) -> FloatArray:
    """The sum of Kullback and Leibler as it stands: negative where the shares do not add up to 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(p == 0, 0.0, p * np.log(p / q)).sum(axis=-1), dtype=np.float64)
