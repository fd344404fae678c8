"""A watched gap, day after day: the ends it lies between at all looks together, and when it surely failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import logsumexp

from audit.arrays import BoolArray, FloatArray
from audit.disparity import Verdict
from audit.watch.betting import STEPS, gains
from audit.watch.days import Days

GRID = np.round(np.linspace(-0.99, 0.99, 199), 2)
"""The gaps that are tried: a hundredth apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is known after a day. ``gap`` is that of all leads so far, None before both groups had one.

    ``low`` and ``high`` hold the gap, if it does not change, at all days together with the asked confidence.
    ``evidence`` is the stake against a tolerated gap (an e-value: above 20 it is sure at 95 %).
    """

    day: date
    leads: int
    gap: float | None
    low: float
    high: float
    evidence: float
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One gap over all its days. ``alarm`` is the first day on which it was surely outside the tolerance."""

    metric: str
    attribute: str
    group: str
    reference: str
    tolerance: float
    confidence: float
    looks: tuple[Look, ...]
    alarm: date | None


def watch(days: Days, tolerance: float, confidence: float) -> Watched:
    """Watch one gap.

    Parameters
    ----------
    days
        The counts of each day, in order.
    tolerance
        The largest difference of the two rates that is tolerated, from 0 up.
    confidence
        Of all statements about this gap at all days together, such as 0.95.

    Returns
    -------
    Watched
        If on every day the gap was within the tolerance, whatever the rates were, there is an alarm at any
        time with probability 1 - ``confidence`` at most, however many days are looked at.
    """
    evidence = _evidence(days, tolerance)
    low, high = _ends(days, confidence)
    failed = np.maximum.accumulate(evidence) >= -np.log1p(-confidence)
    passed = (low >= -tolerance) & (high <= tolerance) & ~failed
    first = int(np.argmax(failed)) if failed.any() else None
    return Watched(
        metric=days.metric,
        attribute=days.attribute,
        group=days.group,
        reference=days.reference,
        tolerance=tolerance,
        confidence=confidence,
        looks=_looks(days, (low, high), evidence, (failed, passed)),
        alarm=None if first is None else days.day[first],
    )


def _evidence(days: Days, tolerance: float) -> FloatArray:
    """The logarithm of a stake that is spread evenly over all alternatives on both sides."""
    band = (np.asarray([-tolerance]), np.asarray([tolerance]))
    stakes = np.concatenate([gains(days, band, side)[:, 0, :] for side in (-1, 1)], axis=1)
    spread: FloatArray = logsumexp(stakes, axis=1) - np.log(2 * len(STEPS))
    return spread


def _ends(days: Days, confidence: float) -> tuple[FloatArray, FloatArray]:
    """The furthest gaps that are excluded with all beyond them, at each day; each side at half of the error.

    The true gap is cut off only if the test of the one tried gap next to it errs, so that trying many costs
    nothing.
    """
    limit = np.log(2 / (1 - confidence))
    whole = np.ones_like(GRID)
    low = _excluded(gains(days, (-whole, GRID), 1), limit)
    high = _excluded(gains(days, (GRID, whole), -1), limit)
    ends = np.concatenate(([-1.0], GRID, [1.0]))
    below = np.logical_and.accumulate(low, axis=1).sum(axis=1)
    above = np.logical_and.accumulate(high[:, ::-1], axis=1).sum(axis=1)
    return ends[below], ends[len(ends) - 1 - above]


def _excluded(stakes: FloatArray, limit: float) -> BoolArray:
    """Which gaps are excluded at each day or were before it."""
    spread = logsumexp(stakes, axis=2) - np.log(len(STEPS))
    excluded: BoolArray = np.maximum.accumulate(spread, axis=0) >= limit
    return excluded


def _looks(
    days: Days, ends: tuple[FloatArray, FloatArray], evidence: FloatArray, told: tuple[BoolArray, BoolArray]
) -> tuple[Look, ...]:
    happened, n = days.happened.cumsum(axis=0), days.n.cumsum(axis=0)
    failed, passed = told
    return tuple(
        Look(
            day=day,
            leads=int(n[i].sum()),
            gap=float(happened[i, 0] / n[i, 0] - happened[i, 1] / n[i, 1]) if n[i].min() else None,
            low=float(ends[0][i]),
            high=float(ends[1][i]),
            evidence=float(np.exp(min(evidence[i], 700.0))),
            verdict="fail" if failed[i] else "pass" if passed[i] else "insufficient",
        )
        for i, day in enumerate(days.day)
    )
