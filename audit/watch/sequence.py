"""A watched gap, day after day: the ends it lies between at all looks together, and when it surely failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import logsumexp

from audit.arrays import FloatArray
from audit.disparity import Verdict
from audit.watch.betting import STEPS, gains
from audit.watch.days import Days
from audit.watch.ends import Ends, ends_of
from audit.watch.starting import spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is known after a day.

    ``leads`` are all so far. ``gap`` is the mean of the days' gaps since the band began, each day weighted
    by how much it tells (Mantel-Haenszel: a change of the rates or of the groups' shares from day to day is
    no gap); None before a day with leads of both groups. ``low`` and ``high`` are the band: they hold the
    gap, if it does not change, at all days together with the asked confidence. ``evidence`` is the stake
    against a tolerated gap (an e-value: at 20 it is sure at 95 %).
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
    """One gap over all its days.

    ``alarm`` is the first day on which it was surely outside the tolerance, if only for some days before.
    ``changed`` are the days on which no gap that stays the same was possible any more: a new band began.
    """

    metric: str
    attribute: str
    group: str
    reference: str
    tolerance: float
    confidence: float
    looks: tuple[Look, ...]
    alarm: date | None
    changed: tuple[date, ...]


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
    evidence = evidence_of(days, tolerance)
    ends = ends_of(days, confidence)
    failed = np.maximum.accumulate(evidence) >= -np.log1p(-confidence)
    passed = (ends.low >= -tolerance) & (ends.high <= tolerance)
    verdicts: list[Verdict] = [
        "fail" if bad else "pass" if good else "insufficient"
        for bad, good in zip(failed, passed, strict=True)
    ]
    return Watched(
        metric=days.metric,
        attribute=days.attribute,
        group=days.group,
        reference=days.reference,
        tolerance=tolerance,
        confidence=confidence,
        looks=_looks(days, ends, evidence, verdicts),
        alarm=days.day[int(np.argmax(failed))] if failed.any() else None,
        changed=tuple(days.day[start - 1] for start in ends.starts[1:]),
    )


def evidence_of(days: Days, tolerance: float) -> FloatArray:
    """The logarithm of a stake that is spread evenly over all alternatives on both sides."""
    band = (np.asarray([-tolerance]), np.asarray([tolerance]))
    stakes = np.concatenate([gains(days, band, side)[:, 0, :] for side in (-1, 1)], axis=1)
    whole: FloatArray = logsumexp(spread(stakes), axis=1) - np.log(2 * len(STEPS))
    return whole


def _looks(days: Days, ends: Ends, evidence: FloatArray, verdicts: list[Verdict]) -> tuple[Look, ...]:
    leads, gap = days.n.sum(axis=1).cumsum(), _gaps(days, ends.starts)
    return tuple(
        Look(
            day=day,
            leads=int(leads[i]),
            gap=None if np.isnan(gap[i]) else float(gap[i]),
            low=float(ends.low[i]),
            high=float(ends.high[i]),
            evidence=float(np.exp(min(evidence[i], 700.0))),
            verdict=verdicts[i],
        )
        for i, day in enumerate(days.day)
    )


def _gaps(days: Days, starts: tuple[int, ...]) -> FloatArray:
    """The mean of the days' gaps since the band began; NaN before a day with leads of both groups."""
    whole = np.maximum(days.n.sum(axis=1), 1)
    weight = days.n[:, 0] * days.n[:, 1] / whole
    gap = (days.happened[:, 0] * days.n[:, 1] - days.happened[:, 1] * days.n[:, 0]) / whole
    weights, gaps = (
        np.concatenate([part.cumsum() for part in np.split(one, starts[1:])]) for one in (weight, gap)
    )
    return np.where(weights > 0, gaps / np.where(weights > 0, weights, 1.0), np.nan)
