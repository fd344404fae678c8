"""Tests of equality and their correction for being many, for whole arrays of comparisons at once.

Sources: Fisher, R. A. (1935), The Design of Experiments. Holm, S. (1979), Scand. J. Stat. 6,
65-70. Benjamini, Y. and Hochberg, Y. (1995), JRSS B 57, 289-300.
"""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray, IntArray

SMALL = 30.0
"""Expected count in a cell of the two-by-two table below which the exact test is used.

The usual 5 serves single tests at 5 %; corrected for many, the far tails decide, where the normal
approximation is off for longer.
"""


def normal_p(z: FloatArray) -> FloatArray:
    """Two-sided p-value of a standard normal statistic."""
    from scipy.special import ndtr  # noqa: PLC0415 - keeps scipy out of the start of the web process

    return np.asarray(2 * ndtr(-np.abs(z)), dtype=np.float64)


def student_p(t: FloatArray, df: FloatArray) -> FloatArray:
    """Two-sided p-value of Student's t; that of a normal statistic where ``df`` is infinite."""
    from scipy.special import stdtr  # noqa: PLC0415 - keeps scipy out of the start of the web process

    return np.asarray(2 * stdtr(df, -np.abs(t)), dtype=np.float64)


def pooled_z(hits: FloatArray, n: FloatArray, other_hits: FloatArray, other_n: FloatArray) -> FloatArray:
    """Two-proportion z statistic with the pooled variance; 0 where both proportions are 0 or 1."""
    pooled = (hits + other_hits) / (n + other_n)
    variance = pooled * (1 - pooled) * (1 / n + 1 / other_n)
    difference = hits / n - other_hits / other_n
    return np.where(variance > 0, difference / np.sqrt(np.where(variance > 0, variance, 1)), 0.0)


def two_proportion_p(
    hits: FloatArray, n: FloatArray, other_hits: FloatArray, other_n: FloatArray
) -> FloatArray:
    """Two-sided p-value of equal proportions: Fisher's exact test where small, else the pooled z test.

    All counts are positive denominators with hits between 0 and n, as arrays of one shape.
    """
    share = (hits + other_hits) / (n + other_n)
    small = np.minimum(n, other_n) * np.minimum(share, 1 - share) < SMALL
    p = normal_p(pooled_z(hits, n, other_hits, other_n))
    if small.any():
        p[small] = fisher_p(hits[small], n[small], other_hits[small], other_n[small])
    return np.minimum(p, 1.0)


def fisher_p(hits: FloatArray, n: FloatArray, other_hits: FloatArray, other_n: FloatArray) -> FloatArray:
    """Fisher's exact test, two-sided: the probability of all tables at most as likely as the one seen.

    All comparisons are laid end to end, each with every value its first cell can take.
    """
    drawn, marked, total = n, hits + other_hits, n + other_n
    first = np.maximum(0, drawn + marked - total)
    lengths = (np.minimum(drawn, marked) - first + 1).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    owner = np.repeat(np.arange(len(lengths)), lengths)
    cell = first[owner] + np.arange(int(lengths.sum()), dtype=np.float64) - starts[owner]
    log_p = log_hypergeometric(cell, drawn[owner], marked[owner], total[owner])
    seen = log_p[starts + (hits - first).astype(np.int64)]
    counted = np.where(log_p <= seen[owner] + 1e-7, np.exp(log_p), 0.0)
    return np.minimum(np.add.reduceat(counted, starts), 1.0)


def log_hypergeometric(
    cell: FloatArray, drawn: FloatArray, marked: FloatArray, total: FloatArray
) -> FloatArray:
    """Log-probability that ``cell`` of ``drawn`` are marked, of ``total`` of which ``marked`` are."""

    def log_choose(of: FloatArray, take: FloatArray) -> FloatArray:
        from scipy.special import gammaln  # noqa: PLC0415 - keeps scipy out of the start of the web process

        return np.asarray(gammaln(of + 1) - gammaln(take + 1) - gammaln(of - take + 1))

    ways = log_choose(marked, cell) + log_choose(total - marked, drawn - cell)
    return ways - log_choose(total, drawn)


def holm(p: FloatArray) -> FloatArray:
    """Holm's step-down adjusted p-values: the error rate of the whole family stays below the level."""
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _placed(np.minimum(steps, 1.0), order)


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Step-up adjusted p-values: the expected share of false discoveries stays below the level."""
    order = np.argsort(p, kind="stable")[::-1]
    steps = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    return _placed(np.minimum(steps, 1.0), order)


def _placed(values: FloatArray, order: IntArray) -> FloatArray:
    placed = np.empty(len(values))
    placed[order] = values
    return placed
