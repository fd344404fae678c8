"""Days on which the score's distribution changed: a scan over all days at once, with one error for all.

Every day with leads could be the first of a new distribution. Pearson's statistic of the days before and of
those from it on is taken for each, and the greatest is compared with the greatest of the same days in random
order: if the days could as well have come in any order, a change is told with the allowed error at most,
however many days are looked at. Days are shuffled whole, so that leads of a day may be alike. After a change
both stretches are scanned again, each with half of the error.

References
----------
A. Pettitt (1979). JRSS C 28:126. J. Antoch, M. Huskova (2001). Permutation tests in change point analysis.
Statistics & Probability Letters 53:37.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.drift.size import psi_less_chance

SHUFFLES = 999
REDRAWN = 400
MOST_DAYS = 400
"""Days scanned one by one; of longer streams neighbouring days are taken together."""
LEAST_STRETCH = 3
"""Days on each side of a change."""
LEAST_LEADS = 30
MOST_CHANGES = 5
CHUNK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The new distribution begins at the place ``at``, or else from ``earliest`` to ``latest``.

    ``first`` and ``end`` are the places of the stretch that it divides (``end`` not within). ``psi`` is that
    of both stretches, less what chance gives.
    """

    at: int
    earliest: int
    latest: int
    first: int
    end: int
    psi: float
    p_value: float


def breaks(counts: FloatArray, error: float, seed: int) -> tuple[Break, ...]:
    """Changes in counts of shape ``(days, bins)``, in the order of their days, five at most.

    ``error`` is the probability of telling any where there is none.
    """
    random = np.random.default_rng(seed)
    found: list[Break] = []
    open_stretches = [(0, len(counts), error)]
    while open_stretches and len(found) < MOST_CHANGES:
        first, end, allowed = open_stretches.pop(0)
        one = _change(counts, (first, end), allowed, random)
        if one is not None:
            found.append(one)
            open_stretches += [(first, one.at, allowed / 2), (one.at, end, allowed / 2)]
    return tuple(sorted(found, key=lambda one: one.at))


def grouped(days: int) -> IntArray:
    """The place of each day where neighbouring days are taken together."""
    return np.arange(days) // -(-days // MOST_DAYS)


def _change(
    counts: FloatArray, stretch: tuple[int, int], error: float, random: np.random.Generator
) -> Break | None:
    part = counts[stretch[0] : stretch[1]]
    part = part[:, part.any(axis=0)]
    if len(part) < 2 * LEAST_STRETCH or part.shape[1] < 2 or part.sum() < 2 * LEAST_LEADS:
        return None
    whole = _statistics(part[None])[0]
    if not np.isfinite(whole).any():
        return None
    p_value = _p_value(part, float(whole.max()), error, random)
    if p_value > error:
        return None
    at = int(whole.argmax()) + 1
    earliest, latest = _ends(part, at, error, random)
    begin = stretch[0]
    return Break(
        at=begin + at,
        earliest=begin + earliest,
        latest=begin + latest,
        first=begin,
        end=stretch[1],
        psi=psi_less_chance(part[:at].sum(axis=0), part[at:].sum(axis=0)),
        p_value=p_value,
    )


def _statistics(orders: FloatArray) -> FloatArray:
    """Pearson's statistic of a change before each day but the first, of shape ``(orders, days - 1)``."""
    before = np.cumsum(orders, axis=1)
    total = before[:, -1:, :]
    n = before.sum(axis=2)[:, :-1]
    whole = total.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = n[:, :, None] * total / whole[:, :, None]
        away = np.where(total > 0, (before[:, :-1] - expected) ** 2 / np.where(total > 0, total, 1), 0.0)
        statistic = away.sum(axis=2) * whole**2 / (n * (whole - n))
    days = np.arange(1, orders.shape[1])
    inner = (days >= LEAST_STRETCH) & (orders.shape[1] - days >= LEAST_STRETCH)
    enough = (n >= LEAST_LEADS) & (whole - n >= LEAST_LEADS) & inner
    return np.where(enough, statistic, -np.inf)


def _p_value(part: FloatArray, seen: float, error: float, random: np.random.Generator) -> float:
    """The share of random orders with a greater statistic; not all are tried once it is above ``error``."""
    above = tried = 0
    while tried < SHUFFLES and above <= error * (1 + SHUFFLES):
        size = min(CHUNK, SHUFFLES - tried)
        orders = np.argsort(random.random((size, len(part))), axis=1)
        above += int((_statistics(part[orders]).max(axis=1) >= seen * (1 - 1e-12)).sum())
        tried += size
    return (1 + above) / (1 + tried)


def _ends(part: FloatArray, at: int, error: float, random: np.random.Generator) -> tuple[int, int]:
    """Where the change lies when the days of both stretches are drawn again (bootstrap within stretches)."""
    days = len(part)
    places: list[int] = []
    for start in range(0, REDRAWN, CHUNK):
        size = min(CHUNK, REDRAWN - start)
        left = random.integers(0, at, (size, at))
        right = random.integers(at, days, (size, days - at))
        found = _statistics(part[np.concatenate([left, right], axis=1)])
        places += (found.argmax(axis=1) + 1).tolist()
    low, high = np.quantile(places, [error / 2, 1 - error / 2], method="nearest")
    return min(int(low), at), max(int(high), at)
