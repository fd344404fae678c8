"""Bootstrap over the cells of a cube: what a lead costs is paid once, when it is counted.

Leads in one cell are alike, so drawing leads with replacement is drawing the counts of the cells: from one
multinomial distribution where the number of leads is fixed, each from a Poisson distribution where that
varies too, as it does between one quarter and the next. A replicate costs as much as the statistic costs
on the cube, whatever the number of leads.

References
----------
B. Efron and R. Tibshirani (1993), An Introduction to the Bootstrap. J. Hanley and B. MacGibbon (2006),
Computer Methods and Programs in Biomedicine 83:57 (Poisson bootstrap).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.cube import Cube
from audit.intervals import Interval

Scheme = Literal["multinomial", "poisson"]
Statistic = Callable[[Cube], FloatArray]

_DRAWN_AT_ONCE = 1 << 22


def resampled(cube: Cube, draws: int, seed: int, scheme: Scheme = "multinomial") -> Iterator[Cube]:
    """Cubes as they might have been counted from other leads of the same kind.

    Parameters
    ----------
    cube
        The cube that was counted; no count may be below zero.
    draws
        How many cubes.
    seed
        The same seed gives the same cubes.
    scheme
        "multinomial" keeps the total number of leads, "poisson" lets it vary.

    Yields
    ------
    Cube
        Sums of scores move in proportion to the leads of their cell, exactly where a cell holds one
        score. A cell without a drawn lead is gone, and so may be a group.
    """
    random = np.random.default_rng(seed)
    at_once = max(_DRAWN_AT_ONCE // max(len(cube.n), 1), 1)
    for start in range(0, draws, at_once):
        for n in _counts(cube, min(at_once, draws - start), random, scheme):
            yield _with(cube, n)


def replicates(
    cube: Cube, statistic: Statistic, draws: int, seed: int, scheme: Scheme = "multinomial"
) -> FloatArray:
    """The statistic of each resampled cube: one row per draw.

    ``statistic`` gives equally many numbers for every cube, NaN for a group that is gone.
    """
    return np.array([statistic(one) for one in resampled(cube, draws, seed, scheme)], dtype=np.float64)


def percentile_interval(drawn: FloatArray, confidence: float) -> Interval:
    """Quantiles of the replicates (rows) of each number, those without a value left out."""
    share = (1 - confidence) / 2
    found = np.full((2, drawn.shape[1]), np.nan)
    some = np.isfinite(drawn).any(axis=0)
    finite = np.where(np.isfinite(drawn), drawn, np.nan)
    found[:, some] = np.nanquantile(finite[:, some], [share, 1 - share], axis=0)
    return found[0], found[1]


def _counts(cube: Cube, draws: int, random: np.random.Generator, scheme: Scheme) -> IntArray:
    if scheme == "poisson":
        return random.poisson(cube.n, size=(draws, len(cube.n))).astype(np.int64)
    if not cube.total:
        return np.zeros((draws, len(cube.n)), dtype=np.int64)
    return random.multinomial(cube.total, cube.n / cube.total, size=draws).astype(np.int64)


def _with(cube: Cube, n: IntArray) -> Cube:
    share = n / cube.n
    return Cube(
        axes=cube.axes,
        codes=cube.codes,
        n=n,
        score_sum=cube.score_sum * share,
        score_squares=cube.score_squares * share,
    )
