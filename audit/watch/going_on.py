"""A watched gap that goes on: a further day costs a day, however long it has been watched.

What comes out is the same as `audit.watch.sequence.watch` gives over all days at once, to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from scipy.special import logsumexp

from audit.arrays import BoolArray, FloatArray
from audit.disparity import Verdict
from audit.watch.betting import NOTHING, STEPS, Memory, remembered, won
from audit.watch.days import Days
from audit.watch.ends import FIRST, GRID, PLACES
from audit.watch.running import Stakes, fresh
from audit.watch.sequence import Look

WHOLE = np.ones_like(GRID)
SIDES = (((-WHOLE, GRID), 1), ((GRID, WHOLE), -1))
"""The bets against each gap and all below it, and against each and all above it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """The band since it began: its stakes on both sides, what is excluded, its part of the error, its gap."""

    stakes: tuple[Stakes, Stakes]
    excluded: tuple[BoolArray, BoolArray]
    error: float
    weight: float = 0.0
    gap: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """All that the next day needs of the days before; of a size that does not grow."""

    memory: Memory
    leads: int
    evidence: Stakes
    strongest: float
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What further days brought: a look each, the day of an alarm, and days that show a change."""

    looks: tuple[Look, ...]
    alarm: date | None
    changed: tuple[date, ...]


def go_on(days: Days, tolerance: float, confidence: float, state: State | None = None) -> tuple[Step, State]:
    """Watch a gap for further days.

    Parameters
    ----------
    days
        The further days, one or more, in order and after those that ``state`` has seen.
    tolerance, confidence
        As for `audit.watch.sequence.watch`, and the same on all days of a sequence.
    state
        What the days before left; None at the beginning.
    """
    state = state or _beginning(confidence)
    evidence, stakes = _evidence(days, tolerance, state)
    strongest = np.maximum.accumulate(np.concatenate([[state.strongest], evidence]))
    limit = -np.log1p(-confidence)
    failed = strongest[1:] >= limit
    rows, band, changed = _bands(days, state)
    leads = state.leads + days.n.sum(axis=1).cumsum().astype(int)
    looks = tuple(
        Look(
            day=day,
            leads=int(leads[place]),
            gap=rows[place][2],
            low=rows[place][0],
            high=rows[place][1],
            evidence=float(np.exp(min(evidence[place], 700.0))),
            verdict=_verdict(rows[place], tolerance, failed=bool(failed[place])),
        )
        for place, day in enumerate(days.day)
    )
    known_before = state.strongest >= limit
    return (
        Step(
            looks=looks,
            alarm=days.day[int(np.argmax(failed))] if failed.any() and not known_before else None,
            changed=tuple(days.day[place] for place in changed),
        ),
        State(
            memory=remembered(days, state.memory),
            leads=int(leads[-1]),
            evidence=stakes,
            strongest=float(strongest[-1]),
            band=band,
        ),
    )


def _beginning(confidence: float) -> State:
    empty = np.zeros((len(GRID), len(STEPS)))
    return State(
        memory=NOTHING,
        leads=0,
        evidence=fresh(np.zeros(2 * len(STEPS))),
        strongest=-np.inf,
        band=_new_band((empty, empty), FIRST * (1 - confidence)),
    )


def _new_band(reached: tuple[FloatArray, FloatArray], error: float) -> Band:
    none = np.zeros(len(GRID), bool)
    return Band(stakes=(fresh(reached[0]), fresh(reached[1])), excluded=(none, none), error=error)


def _evidence(days: Days, tolerance: float, state: State) -> tuple[FloatArray, Stakes]:
    band = (np.asarray([-tolerance]), np.asarray([tolerance]))
    said = np.concatenate([won(days, band, side, state.memory)[:, 0, :] for side in (-1, 1)], axis=1)
    whole, reached, bought = state.evidence.after(said)
    after = replace(
        state.evidence, reached=reached[-1], bought=bought[-1], days=state.evidence.days + len(said)
    )
    evidence: FloatArray = logsumexp(whole, axis=1) - np.log(2 * len(STEPS))
    return evidence, after


def _verdict(row: tuple[float, float, float | None], tolerance: float, *, failed: bool) -> Verdict:
    if failed:
        return "fail"
    return "pass" if row[0] >= -tolerance and row[1] <= tolerance else "insufficient"


def _bands(days: Days, state: State) -> tuple[list[tuple[float, float, float | None]], Band, list[int]]:
    """Low, high and gap of each day; the band that goes on; the places of days that show a change."""
    said = [won(days, band, side, state.memory) for band, side in SIDES]
    rows: list[tuple[float, float, float | None]] = []
    band, changed = state.band, list[int]()
    while len(rows) < len(days.day):
        start = len(rows)
        low, high, after = _of_band(band, (said[0][start:], said[1][start:]))
        crossed = np.flatnonzero(low > high)
        end = start + int(crossed[0]) + 1 if crossed.size else len(days.day)
        gaps, weight, gap = _gaps(days, (start, end), band)
        rows += zip(low[: end - start].tolist(), high[: end - start].tolist(), gaps, strict=True)
        if crossed.size:
            rows[-1] = (-1.0, 1.0, rows[-1][2])
            changed.append(end - 1)
            reached = tuple(one[1][end - start - 1] for one in after)
            band = _new_band((reached[0], reached[1]), band.error * (1 - FIRST))
        else:
            band = _gone_on(band, after, (weight, gap))
    return rows, band, changed


After = tuple[BoolArray, FloatArray, FloatArray]
"""Of one side after each day: what is excluded, reached and bought."""


def _of_band(
    band: Band, said: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray, tuple[After, After]]:
    """Both ends after each day, were the band to go on through all of them."""
    sides = list(_sides(band, said))
    below = np.logical_and.accumulate(sides[0][0], axis=1).sum(axis=1)
    above = np.logical_and.accumulate(sides[1][0][:, ::-1], axis=1).sum(axis=1)
    return PLACES[below], PLACES[len(PLACES) - 1 - above], (sides[0], sides[1])


def _sides(band: Band, said: tuple[FloatArray, FloatArray]) -> Iterator[After]:
    limit = float(np.log(2 / band.error))
    for stakes, excluded, one in zip(band.stakes, band.excluded, said, strict=True):
        spread, reached, bought = stakes.after(one)
        whole = logsumexp(spread, axis=2) - np.log(len(STEPS))
        yield (np.maximum.accumulate(whole, axis=0) >= limit) | excluded, reached, bought


def _gone_on(band: Band, after: tuple[After, After], gap: tuple[float, float]) -> Band:
    stakes = tuple(
        replace(one, reached=side[1][-1], bought=side[2][-1], days=one.days + len(side[0]))
        for one, side in zip(band.stakes, after, strict=True)
    )
    return Band(
        stakes=(stakes[0], stakes[1]),
        excluded=(after[0][0][-1], after[1][0][-1]),
        error=band.error,
        weight=gap[0],
        gap=gap[1],
    )


def _gaps(days: Days, part: tuple[int, int], band: Band) -> tuple[list[float | None], float, float]:
    """The mean of the days' gaps since the band began, after each day; and the sums behind the last."""
    happened, n = days.happened[part[0] : part[1]], days.n[part[0] : part[1]]
    whole = np.maximum(n.sum(axis=1), 1)
    weights = np.concatenate([[band.weight], n[:, 0] * n[:, 1] / whole]).cumsum()[1:]
    gap = (happened[:, 0] * n[:, 1] - happened[:, 1] * n[:, 0]) / whole
    gaps = np.concatenate([[band.gap], gap]).cumsum()[1:]
    told = [float(one / of) if of > 0 else None for one, of in zip(gaps, weights, strict=True)]
    return told, float(weights[-1]), float(gaps[-1])
