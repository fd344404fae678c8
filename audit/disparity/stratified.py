"""Comparisons within strata, pooled: what is left of a gap among leads that are alike in something.

All functions take one entry per (group, stratum) in which both sides occur, ``group`` as codes, and
give one entry per group. A stratum weighs by how much it tells about a difference, n m / (n + m).

References
----------
N. Mantel, W. Haenszel (1959). J. Natl. Cancer Inst. 22:719. J. Robins, N. Breslow, S. Greenland
(1986). Biometrics 42:311 (odds ratio). S. Greenland, J. Robins (1985). Biometrics 41:55 (risk
ratio). T. Sato (1989). Biometrics 45:1323 (risk difference). W. Cochran (1954). Biometrics 10:417.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.inference import normal_p
from audit.intervals import Interval, quantile

FEWEST = 5
Ratio = tuple[FloatArray, Interval]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """Hits and leads of a group in a stratum, and those of the reference there, as floats."""

    group: IntArray
    groups: int
    hits: FloatArray
    n: FloatArray
    other_hits: FloatArray
    other_n: FloatArray

    def sum(self, values: FloatArray) -> FloatArray:
        """Sum of a value over the strata of each group."""
        return sum_by(self.group, values, self.groups)

    @property
    def total(self) -> FloatArray:
        """Leads of both sides in each stratum."""
        return self.n + self.other_n

    @property
    def weight(self) -> FloatArray:
        """Mantel and Haenszel's weight of a difference."""
        return self.n * self.other_n / self.total


def risk_difference(of: Strata, confidence: float) -> tuple[FloatArray, Interval, FloatArray]:
    """Difference of proportions, its interval (Sato's variance), and the variance."""
    a, c, n, m, total = of.hits, of.other_hits, of.n, of.other_n, of.total
    weight = of.sum(of.weight)
    value = of.sum((a * m - c * n) / total) / weight
    p = (n**2 * c - m**2 * a + n * m * (m - n) / 2) / total**2
    q = (a * (m - c) + c * (n - a)) / (2 * total)
    variance = np.maximum((value * of.sum(p) + of.sum(q)) / weight**2, _floor(of))
    half = quantile(confidence) * np.sqrt(variance)
    return value, (np.maximum(value - half, -1.0), np.minimum(value + half, 1.0)), variance


def _floor(of: Strata) -> FloatArray:
    """Least variance of a difference: 0 but where a side has fewer than 5 hits or 5 misses in all.

    There Sato's variance is too small or 0, and each side gets the variance of its pooled proportion
    with two hits and two misses added (Agresti and Coull 1998, The American Statistician 52:119).
    """
    weight = of.sum(of.weight)
    parts = [
        share * (1 - share) * of.sum(of.weight**2 / n) / weight**2
        for share, n in zip(_padded(of), (of.n, of.other_n), strict=True)
    ]
    return np.where(_few(of), parts[0] + parts[1], 0.0)


def _floor_of_ratio(of: Strata) -> FloatArray:
    """The same for the logarithm of a ratio of proportions."""
    parts = [
        (1 - share) / share / of.sum(n) for share, n in zip(_padded(of), (of.n, of.other_n), strict=True)
    ]
    return np.where(_few(of), parts[0] + parts[1], 0.0)


def _padded(of: Strata) -> tuple[FloatArray, FloatArray]:
    """Proportion of each side over all strata, with two hits and two misses added."""
    return (
        (of.sum(of.hits) + 2) / (of.sum(of.n) + 4),
        (of.sum(of.other_hits) + 2) / (of.sum(of.other_n) + 4),
    )


def _few(of: Strata) -> BoolArray:
    """Groups in which one side has too few hits or misses for a normal approximation."""
    own, other = of.sum(of.hits), of.sum(of.other_hits)
    rest, other_rest = of.sum(of.n) - own, of.sum(of.other_n) - other
    return np.asarray(np.minimum.reduce([own, other, rest, other_rest]) < FEWEST, dtype=np.bool_)


def risk_ratio(of: Strata, confidence: float) -> Ratio:
    """Ratio of proportions with its interval; NaN where the reference has no hit in any stratum."""
    a, c, n, m, total = of.hits, of.other_hits, of.n, of.other_n, of.total
    up, down = of.sum(a * m / total), of.sum(c * n / total)
    spread = of.sum((n * m * (a + c) - a * c * total) / total**2) / (up * down)
    spread = np.maximum(spread, _floor_of_ratio(of))
    return _on_logarithm(up, down, spread, confidence)


def odds_ratio(of: Strata, confidence: float) -> Ratio:
    """Common odds ratio with its interval; NaN where the reference has no hit, or no miss is left."""
    a, c = of.hits, of.other_hits
    b, d, total = of.n - a, of.other_n - c, of.total
    up, down, agree, differ = a * d / total, b * c / total, (a + d) / total, (b + c) / total
    r, s = of.sum(up), of.sum(down)
    spread = (
        of.sum(agree * up) / (2 * r**2)
        + of.sum(agree * down + differ * up) / (2 * r * s)
        + of.sum(differ * down) / (2 * s**2)
    )
    return _on_logarithm(r, s, spread, confidence)


def _on_logarithm(up: FloatArray, down: FloatArray, spread: FloatArray, confidence: float) -> Ratio:
    """Ratio of two sums; without a hit in the group its interval starts at 0, with 1/2 hit for its width."""
    value = np.where(down > 0, up / down, np.nan)
    half = quantile(confidence) * np.sqrt(spread)
    return value, (value * np.exp(-half), value * np.exp(half))


def cochran_mantel_haenszel_p(of: Strata) -> FloatArray:
    """Two-sided p-value of no difference within any stratum, without continuity correction."""
    marked, total = of.hits + of.other_hits, of.total
    excess = of.sum(of.hits - of.n * marked / total)
    room = of.weight * marked * (total - marked) / (total * np.maximum(total - 1, 1))
    variance = of.sum(np.where(total > 1, room, 0.0))
    return normal_p(np.where(variance > 0, excess / np.sqrt(variance), 0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Means:
    """Mean score of a group in a stratum and of the reference there; variances within strata, pooled."""

    strata: Strata
    mean: FloatArray
    other_mean: FloatArray
    variance: FloatArray
    other_variance: FloatArray


def mean_difference(of: Means) -> tuple[FloatArray, FloatArray]:
    """Difference of means within strata, pooled, and its squared standard error."""
    strata, weight = of.strata, of.strata.weight
    total = strata.sum(weight)
    value = strata.sum(weight * (of.mean - of.other_mean)) / total
    own = strata.sum(weight**2 / strata.n) * of.variance
    other = strata.sum(weight**2 / strata.other_n) * of.other_variance
    return value, (own + other) / total**2
