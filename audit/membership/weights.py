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
    """A weighted mean: its value, and what each lead, or account, adds to its error (their sum is 0)."""

    value: float
    influence: FloatArray

    @property
    def variance(self) -> float:
        """Squared standard error (Taylor linearised)."""
        n = len(self.influence)
        return float((self.influence**2).sum()) * n / max(n - 1, 1)


def weighted_mean(values: FloatArray, weight: FloatArray, cluster: IntArray | None = None) -> Weighted:
    """Mean of the values over a group that each lead belongs to with a probability (``weight``).

    With ``cluster``, a code of each lead's account, accounts and not leads are what is independent.
    """
    return _ratio(weight * values, weight, cluster)


def sharp_ends(
    values: FloatArray, weight: FloatArray, cluster: IntArray | None = None
) -> tuple[Weighted, Weighted]:
    """Lowest and highest mean of a group, if values and membership may go together in any way.

    Leads are put into up to 20 bins of about the same probability. In each, the group is the mean
    probability's share of the leads: at the lowest those with the lowest values, at the highest those with
    the highest (Frechet and Hoeffding; of a rate, ``max(0, w + y - 1)`` and ``min(w, y)``). The
    probabilities must be right on average in each bin.
    """
    code = bins(weight)
    low, high = _cuts(values, weight, code), -_cuts(-values, weight, code)
    least = np.minimum(values - low[code], 0.0) + low[code] * weight
    most = np.maximum(values - high[code], 0.0) + high[code] * weight
    return _ratio(least, weight, cluster), _ratio(most, weight, cluster)


def _cuts(values: FloatArray, weight: FloatArray, code: IntArray) -> FloatArray:
    """Of each bin, the value up to which its leads belong to the group if the lowest do."""
    found = np.zeros(BINS)
    for place in np.unique(code).tolist():
        own = np.sort(values[code == place])
        members = float(weight[code == place].sum())
        found[place] = own[min(max(int(np.ceil(members - 1e-9)) - 1, 0), own.size - 1)]
    return found


def bins(weight: FloatArray) -> IntArray:
    """Bin of each lead: equally many leads each, and leads of one probability together."""
    edges = np.unique(np.quantile(weight, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, weight, side="right").astype(np.int64)


def _ratio(part: FloatArray, weight: FloatArray, cluster: IntArray | None) -> Weighted:
    total = weight.sum()
    value = float(part.sum() / total)
    influence = (part - value * weight) / total
    if cluster is not None:
        influence = sum_by(cluster, influence, int(cluster.max(initial=-1)) + 1)
    return Weighted(value=value, influence=influence)


def effective(weight: FloatArray) -> float:
    """Kish's effective number of leads behind a weighted mean: (sum w)^2 / sum w^2."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0
