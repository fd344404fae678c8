"""Confidence intervals, for whole arrays of groups at once. NaN in, NaN out: callers say why.

Sources: Wilson, E. B. (1927), JASA 22, 209-212. Newcombe, R. G. (1998), Stat. Med. 17, 873-890
(method 10). Zou, G. Y. and Donner, A. (2008), Stat. Med. 27, 1693-1702 (MOVER). Koopman, P. A. R.
(1984), Biometrics 40, 513-517. Welch, B. L. (1947), Biometrika 34, 28-35. Hoeffding, W. (1963),
JASA 58, 13-30.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from audit.arrays import FloatArray

Interval = tuple[FloatArray, FloatArray]

_HALVINGS = 48
_FURTHEST = 60.0


def quantile(confidence: float) -> float:
    """Two-sided normal quantile: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(hits: FloatArray, n: FloatArray, confidence: float) -> Interval:
    """Score interval of a proportion ``hits / n``; exact 0 and 1 at the ends of the range."""
    return wilson_at(hits, n, np.float64(quantile(confidence)))


def wilson_at(hits: FloatArray, n: FloatArray, z: FloatArray | np.float64) -> Interval:
    """The same at a normal quantile, which may differ from group to group."""
    z2 = z**2
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(n > 0, hits / n, np.nan)
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    low = np.where(p == 0, 0.0, middle - half)
    return low, np.where(p == 1, 1.0, middle + half)


def mover(one: FloatArray, one_ends: Interval, other: FloatArray, other_ends: Interval) -> Interval:
    """Interval of ``one - other`` from the interval of each, which must be independent.

    With Wilson intervals of two proportions this is Newcombe's hybrid score interval.
    """
    difference = one - other
    down = np.hypot(one - one_ends[0], other_ends[1] - other)
    up = np.hypot(one_ends[1] - one, other - other_ends[0])
    return difference - down, difference + up


def koopman(
    hits: FloatArray, n: FloatArray, other_hits: FloatArray, other_n: FloatArray, confidence: float
) -> Interval:
    """Score interval of a ratio of proportions, sound at zero counts; NaN where ``other_hits`` is 0.

    The ends are the ratios at which the score statistic with the two proportions estimated under
    that ratio reaches its critical value, found by bisection on the logarithm.
    """
    counts = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) for part in (hits, n, other_hits, other_n))
    )
    hits, n, other_hits, other_n = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        start = np.log(np.where(hits > 0, hits, 0.5) / n / (other_hits / other_n))
        low, high = np.exp(_crossings(start, counts, confidence))
    usable = (n > 0) & (other_n > 0) & (other_hits > 0)
    return np.where(usable, np.where(hits == 0, 0.0, low), np.nan), np.where(usable, high, np.nan)


def _crossings(start: FloatArray, counts: tuple[FloatArray, ...], confidence: float) -> FloatArray:
    """Logarithms below and above ``start`` at which the statistic becomes critical."""
    near, far = np.stack([start, start]), np.stack([start - _FURTHEST, start + _FURTHEST])
    critical = quantile(confidence) ** 2
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        inside = _score_statistic(np.exp(middle), *counts) < critical
        near, far = np.where(inside, middle, near), np.where(inside, far, middle)
    return near


def _score_statistic(
    ratio: FloatArray, hits: FloatArray, n: FloatArray, other_hits: FloatArray, other_n: FloatArray
) -> FloatArray:
    """Koopman's chi-square of a ratio, with the proportions' constrained maximum likelihood estimates."""
    b = ratio * (n + other_hits) + hits + other_n
    root = np.sqrt(np.maximum(b**2 - 4 * ratio * (n + other_n) * (hits + other_hits), 0))
    # The smaller root, in the form that does not cancel.
    p = 2 * ratio * (hits + other_hits) / (b + root)
    p = np.clip(p, 1e-300, np.minimum(ratio, 1))
    q = np.clip(p / ratio, 1e-300, 1)
    # Under the constraint both groups give the same score but for its sign: take it from the
    # smaller proportion, where it is not a quotient of two zeros.
    own = np.where(ratio < 1, hits - n * p, other_hits - other_n * q)
    rest = np.where(ratio < 1, 1 - p, 1 - q)
    score = np.where(own == 0, 0.0, own / np.maximum(rest, 1e-300))
    return np.asarray(score**2 * ((1 - p) / (n * p) + (1 - q) / (other_n * q)))


def student(mean: FloatArray, variance: FloatArray, df: FloatArray, confidence: float) -> Interval:
    """Student's interval of a mean (or of a difference of means) whose squared standard error is given."""
    from scipy.special import stdtrit  # noqa: PLC0415 - keeps scipy out of the start of the web process

    with np.errstate(invalid="ignore"):
        half = stdtrit(df, (1 + confidence) / 2) * np.sqrt(variance)
    return mean - half, mean + half


def wider(df: FloatArray, confidence: float) -> FloatArray:
    """Student's quantile over the normal one; one degree of freedom at least."""
    from scipy.special import stdtrit  # noqa: PLC0415 - keeps scipy out of the start of the web process

    student = stdtrit(np.maximum(df, 1.0), (1 + confidence) / 2)
    return np.asarray(student / quantile(confidence), dtype=np.float64)


def hoeffding_half_width(n: FloatArray, width: float, confidence: float) -> FloatArray:
    """Half-width that bounds the mean of ``n`` values within a range of this width, whatever they are."""
    with np.errstate(divide="ignore"):
        width_at = width * np.sqrt(np.log(2 / (1 - confidence)) / (2 * n))
    return np.asarray(np.minimum(width_at, width), dtype=np.float64)


def welch_df(one: FloatArray, one_df: FloatArray, other: FloatArray, other_df: FloatArray) -> FloatArray:
    """Welch-Satterthwaite degrees of freedom of the sum of two squared standard errors."""
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = one**2 / one_df + other**2 / other_df
        return np.where(parts > 0, (one + other) ** 2 / parts, np.inf)


def logit_interval(value: FloatArray, variance: FloatArray, confidence: float) -> Interval:
    """Interval of a value between 0 and 1 on the logit scale, so that it stays between them."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logit = np.log(value / (1 - value))
        half = quantile(confidence) * np.sqrt(variance) / (value * (1 - value))
        return 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
