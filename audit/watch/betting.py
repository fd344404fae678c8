"""What a day says against a tolerated gap: the gain of a bet that would lose if the gap were tolerated.

A bet multiplies its stake by the likelihood of the day's counts under an alternative over their likelihood
under the nearest rates within the tolerated band. For group i with the alternative's rate q, the nearest null
rate r and the true rate p, a lead's factor has the mean f = p q/r + (1 - p)(1 - q)/(1 - r), which is 1 at
p = r. The rates within the band are a convex set, so at the nearest pair the slope of the divergence
towards any other pair of it is not negative, and this is: n1 (f1 - 1) + n2 (f2 - 1) <= 0. The mean of f over
the day's leads is at most 1, then so is f1^n1 f2^n2, the mean of the whole factor (the geometric mean is not
above the arithmetic one). This holds too where the leads of a group have different rates with that mean, and
where values between 0 and 1 stand for yes and no (the factor is convex in them).

Bets are chosen before the day is seen, from earlier days and from how many leads of each group the day has;
the product over days is a test supermartingale, and Ville's inequality bounds how often it ever reaches
1/alpha. What is assumed: given the days before and the number of leads, what becomes of one lead of the day
tells nothing about another (leads of one account count once a day for that reason).

References
----------
R. Turner, P. Grünwald (2023). Exact anytime-valid confidence intervals for contingency tables and beyond.
    Statistics & Probability Letters 198:109835.
I. Waudby-Smith, A. Ramdas (2024). Estimating means of bounded random variables by betting. JRSS B 86:1-27.
B. Chugg, S. Cortes-Gomez, B. Wilder, A. Ramdas (2023). Auditing fairness by betting. NeurIPS 36.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray
from audit.watch.days import Days
from audit.watch.projection import Pair, nearest

STEPS = (0.025, 0.05, 0.1, 0.2, 0.4)
"""How far beyond the band the alternatives lie, in the unit of the rates: 2.5 to 40 points."""
MEMORY = 0.98
"""What a day's leads count a day later, when the next day's rates are guessed."""
LEAST_RATE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What earlier days suggest of the rate: faded counts; ``days`` are how many there were."""

    happened: float = 0.5
    n: float = 1.0
    days: int = 0


NOTHING = Memory()


def gains(days: Days, band: Pair, side: int) -> FloatArray:
    """The logarithm of the stake after each day, one column for each alternative of `STEPS`.

    Parameters
    ----------
    days
        The counts of ``T`` days.
    band
        The lowest and the highest tolerated gap, as arrays of shape ``(B,)``.
    side
        1 for alternatives above the band, -1 for those below it.

    Returns
    -------
    ndarray
        Of shape ``(T, B, len(STEPS))``. The first day is not bet on: nothing tells its rates before it.
    """
    return np.cumsum(won(days, band, side, NOTHING), axis=0)


def won(days: Days, band: Pair, side: int, before: Memory) -> FloatArray:
    """By how much each day alone moves the logarithm of the stake; as `gains`, after the days ``before``."""
    base, share = _guessed(days, before)
    edge = band[1] if side > 0 else band[0]
    furthest = 1 - 2 * LEAST_RATE
    gap = np.clip(edge[None, :, None] + side * np.asarray(STEPS)[None, None, :], -furthest, furthest)
    bets = _around(base[:, None, None], share[:, None, None], gap)
    both = days.n.min(axis=1) > 0
    n = (np.where(both, days.n[:, 0], 1.0)[:, None, None], np.where(both, days.n[:, 1], 1.0)[:, None, None])
    null = nearest(bets, n, (band[0][None, :, None], band[1][None, :, None]))
    said = [_log_ratio(days.happened[:, i], days.n[:, i], bets[i], null[i]) for i in (0, 1)]
    # Without leads of both groups there is nothing to compare.
    open_to_bets = both & (np.arange(len(days.n)) + before.days > 0)
    return np.where(open_to_bets[:, None, None], said[0] + said[1], 0.0)


def remembered(days: Days, before: Memory) -> Memory:
    """What is left of all days after these."""
    happened, n = before.happened, before.n
    for hits, leads in zip(days.happened.sum(axis=1), days.n.sum(axis=1), strict=True):
        happened, n = float(happened * MEMORY + hits), float(n * MEMORY + leads)
    return Memory(happened=happened, n=n, days=before.days + len(days.n))


def _guessed(days: Days, before: Memory) -> tuple[FloatArray, FloatArray]:
    """The rate of both groups together, guessed before each day, and the group's share of the day's leads."""
    happened, n = before.happened, before.n
    base = np.empty(len(days.n))
    for day, (hits, leads) in enumerate(zip(days.happened.sum(axis=1), days.n.sum(axis=1), strict=True)):
        base[day] = happened / n
        happened, n = happened * MEMORY + hits, n * MEMORY + leads
    return base, days.n[:, 0] / np.maximum(days.n.sum(axis=1), 1)


def _around(base: FloatArray, share: FloatArray, gap: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two rates with this gap whose mean over the leads is the guessed one, where there is room for it."""
    low, high = LEAST_RATE + np.maximum(0.0, -gap), 1 - LEAST_RATE - np.maximum(0.0, gap)
    reference = np.clip(base - share * gap, low, high)
    return reference + gap, reference


def _log_ratio(hits: FloatArray, n: FloatArray, bet: FloatArray, null: FloatArray) -> FloatArray:
    yes, no = hits[:, None, None], (n - hits)[:, None, None]
    return yes * np.log(bet / null) + no * np.log((1 - bet) / (1 - null))
