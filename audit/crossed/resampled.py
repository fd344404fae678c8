"""A thousand cubes that might have been counted from other leads of the same kind, and what each tells.

References
----------
B. Efron and R. Tibshirani (1993), An Introduction to the Bootstrap.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.bootstrap import percentile_interval
from audit.crossed.layout import Layout
from audit.crossed.rates import decided_rates, decisions, gaps, rates
from audit.intervals import Interval

TOGETHER = 1 << 18
"""Cells drawn at once: as many as stay near the processor."""
THREADS = 2

Told = Callable[[IntArray], FloatArray]


def resampled_rates(
    laid: Layout, scale: tuple[float, float], draws: int, seed: int, confidence: float
) -> Interval:
    """Percentile intervals of every number of `rates` and of its gaps, leads drawn with replacement.

    The ends have shape ``(groups + groupings, metrics)``: the groups, then the gap of each grouping.
    The same seed gives the same ends, however many processors there are.
    """
    return _ends(laid, partial(_everything, laid, scale), (draws, seed), confidence)


def resampled_gaps(laid: Layout, draws: int, seed: int, confidence: float) -> Interval:
    """The same of rates and their gaps only; leads are drawn by decision and outcome."""
    few = _collapsed(laid)
    return _ends(few, partial(_rates_only, few), (draws, seed), confidence)


def _everything(laid: Layout, scale: tuple[float, float], n: IntArray) -> FloatArray:
    told = rates(laid, scale, n)
    return np.concatenate([told.every, told.gap], axis=1)


def _rates_only(laid: Layout, n: IntArray) -> FloatArray:
    told = decided_rates(decisions(laid, n.astype(np.float64)))
    return np.concatenate([told, gaps(laid, told)], axis=1)


def _collapsed(laid: Layout) -> Layout:
    starts = np.flatnonzero(np.diff(laid.fact, prepend=-1))
    return replace(laid, n=np.add.reduceat(laid.n, starts), fact=laid.fact[starts])


def _ends(laid: Layout, told: Told, drawn: tuple[int, int], confidence: float) -> Interval:
    draws, seed = drawn
    at_once = max(TOGETHER // max(laid.cells, 1), 1)
    sizes = [min(at_once, draws - start) for start in range(0, draws, at_once)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    with ThreadPoolExecutor(THREADS) as pool:
        parts = list(pool.map(partial(_block, laid, told), sizes, seeds))
    found = np.concatenate(parts)
    low, high = percentile_interval(found.reshape(draws, -1), confidence)
    return low.reshape(found.shape[1:]), high.reshape(found.shape[1:])


def _block(laid: Layout, told: Told, size: int, seed: np.random.SeedSequence) -> FloatArray:
    """Some of the replicates; each block has a stream of random numbers of its own."""
    total = int(laid.n.sum())
    shares = laid.n / total
    return told(np.random.default_rng(seed).multinomial(total, shares, size=size).astype(np.int64))
