"""Means weighted by the probability of belonging to a group.

References
----------
J. Chen, N. Kallus, X. Mao, G. Svacha, M. Udell (2019). Fairness Under Unawareness, FAT*, arXiv:1811.11154
(the weighted estimator, its bias, and that of the threshold estimator). C. McCartan, R. Fisher, J. Goldin,
D. Ho, K. Imai (2023). arXiv:2303.02580. N. Kallus, X. Mao, A. Zhou (2022). Management Science 68:1959
(bounds). W. Cochran (1977). Sampling Techniques, 3rd ed., 6.3 (variance of a ratio).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray, sum_by

BINS = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighted:
    """A weighted mean: its value, and what each lead contributes to its error (their sum is 0)."""

    value: float
    influence: FloatArray

    @property
    def variance(self) -> float:
        """Squared standard error (Taylor linearised)."""
        n = len(self.influence)
        return float((self.influence**2).sum()) * n / max(n - 1, 1)


def weighted_mean(values: FloatArray, weight: FloatArray) -> Weighted:
    """Mean of the values over a group that each lead belongs to with a probability (``weight``)."""
    total = weight.sum()
    value = float((weight * values).sum() / total)
    return Weighted(value=value, influence=weight * (values - value) / total)


def sharp_ends(hits: FloatArray, weight: FloatArray) -> tuple[Weighted, Weighted]:
    """Lowest and highest share of hits in a group, if hits and membership may go together in any way.

    Leads are put into up to 20 bins of about the same probability. In each, the share that is both a
    hit and in the group lies between Frechet's bounds, ``max(0, w + y - 1)`` and ``min(w, y)``, of the
    mean probability and the share of hits. The probabilities must be right on average in each bin.
    """
    code = bins(weight)
    n = np.maximum(sum_by(code, np.ones(len(code)), BINS), 1.0)
    share, rate = sum_by(code, weight, BINS) / n, sum_by(code, hits, BINS) / n
    least = np.where((share + rate > 1)[code], weight + hits - 1, 0.0)
    most = np.where((share < rate)[code], weight, hits)
    return _ratio(least, weight), _ratio(most, weight)


def bins(weight: FloatArray) -> IntArray:
    """Bin of each lead: equally many leads each, and leads of one probability together."""
    edges = np.unique(np.quantile(weight, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, weight, side="right").astype(np.int64)


def _ratio(part: FloatArray, weight: FloatArray) -> Weighted:
    total = weight.sum()
    value = float(part.sum() / total)
    return Weighted(value=value, influence=(part - value * weight) / total)


def effective(weight: FloatArray) -> float:
    """Kish's effective number of leads behind a weighted mean: (sum w)^2 / sum w^2."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0
