"""Coverage without any simulation: every outcome of small binomial groups, weighted by its probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from audit.intervals import koopman, mover, wilson

GRID = np.arange(0.05, 0.951, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """Coverage averaged over true rates of 5 %, 10 % ... 95 % (pairs of them), and the lowest of all."""

    name: str
    n: int
    mean: float
    lowest: float


def exact(n: int) -> tuple[Exact, ...]:
    """Wilson's, Newcombe's and Koopman's intervals at 95 % for groups of n leads."""
    hits = np.arange(n + 1.0)
    chance = binom.pmf(hits[:, None], n, GRID)
    low, high = wilson(hits, np.full(n + 1, float(n)), 0.95)
    inside = (low[:, None] <= GRID) & (high[:, None] >= GRID)
    rates = (chance * inside).sum(axis=0)
    own, other = (part.ravel() for part in np.meshgrid(hits, hits, indexing="ij"))
    ends = (low, high)
    gap = mover(own / n, _taken(ends, own), other / n, _taken(ends, other))
    ratio = koopman(own, np.full(len(own), float(n)), other, np.full(len(own), float(n)), 0.95)
    return (
        Exact(name="rate (Wilson)", n=n, mean=float(rates.mean()), lowest=float(rates.min())),
        _pairs("difference (Newcombe)", n, gap, chance, "difference"),
        _pairs("ratio (Koopman)", n, ratio, chance, "ratio"),
    )


def _taken(ends, hits):
    return tuple(end[hits.astype(int)] for end in ends)


def _pairs(name, n, ends, chance, kind) -> Exact:
    found = []
    for i, p in enumerate(GRID):
        for j, q in enumerate(GRID):
            truth = p - q if kind == "difference" else p / q
            joint = np.outer(chance[:, i], chance[:, j]).ravel()
            known = np.isfinite(ends[0])
            inside = (ends[0] <= truth) & (truth <= ends[1])
            found.append(joint[known & inside].sum() / joint[known].sum())
    return Exact(name=name, n=n, mean=float(np.mean(found)), lowest=float(np.min(found)))
