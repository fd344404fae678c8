"""Whether our own estimates may be trusted, from how they did; and how much wider they must be where not.

References
----------
J. Lei et al. (2018), JASA 113:1094-1111 (split conformal prediction). V. Vovk, A. Gammerman, G. Shafer
(2005), Algorithmic Learning in a Random World.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from audit.arrays import FloatArray
from audit.expected.model import METRICS, Reconciled, Record, State

WIDEST = 4.0
"""So many times as wide, an estimate says nothing any more and is withheld."""
_ENOUGH = 0.9
_BY_CHANCE = 0.01
_ROUNDING = 1e-12
Factors = Mapping[tuple[str, bool], Record]


def records(rows: tuple[Reconciled, ...], confidence: float) -> tuple[Record, ...]:
    """How the estimates of each metric, and of its gaps, did: over all groups, then of each group."""
    return tuple(_records(rows, confidence))


def factors(made: tuple[Record, ...]) -> Factors:
    """The records that decide, by metric and whether they are of gaps."""
    return {(one.metric, one.gaps): one for one in made if not one.attribute and not one.group}


def held(row: Reconciled, factor: float) -> bool:
    """Whether an interval so many times as wide held the truth."""
    return _width(row) <= factor + _ROUNDING


def _records(rows: tuple[Reconciled, ...], confidence: float) -> Iterator[Record]:
    for metric in METRICS:
        for gaps in (False, True):
            of = tuple(one for one in rows if one.metric == metric and bool(one.reference) == gaps)
            yield replace(_record(of, confidence), metric=metric, gaps=gaps)
            for attribute, group in sorted({(one.attribute, one.group) for one in of if one.attribute}):
                own = tuple(one for one in of if (one.attribute, one.group) == (attribute, group))
                found = replace(_record(own, confidence), attribute=attribute, group=group)
                yield replace(found, metric=metric, gaps=gaps)


def _record(rows: tuple[Reconciled, ...], confidence: float) -> Record:
    error = np.array([one.error for one in rows], dtype=np.float64)
    kept = sum(one.held for one in rows)
    factor = _factor(np.array([_width(one) for one in rows]), confidence)
    state = _state(len(rows), kept, factor, confidence)
    return Record(
        attribute="",
        group="",
        metric="",
        gaps=False,
        compared=len(rows),
        held=kept,
        mean_error=float(error.mean()) if rows else None,
        mean_absolute_error=float(np.abs(error).mean()) if rows else None,
        factor=1.0 if state == "trusted" else factor if state == "widened" else None,
        state=state,
    )


def _state(compared: int, kept: int, factor: float, confidence: float) -> State:
    if not compared:
        return "unchecked"
    if kept >= _ENOUGH * compared or _chance(kept, compared, confidence) > _BY_CHANCE:
        return "trusted"
    return "widened" if factor <= WIDEST else "withheld"


def _chance(kept: int, compared: int, confidence: float) -> float:
    """Probability that so few of so many intervals hold, were they what they say."""
    from scipy.special import bdtr  # noqa: PLC0415 - keeps scipy out of the start of the web process

    return float(bdtr(kept, compared, confidence))


def _factor(widths: FloatArray, confidence: float) -> float:
    """The width that holds a further truth with this confidence; the largest seen where there are few."""
    if not len(widths):
        return 1.0
    place = min(math.ceil((len(widths) + 1) * confidence), len(widths))
    return max(1.0, float(np.sort(widths)[place - 1]))


def _width(row: Reconciled) -> float:
    """How many times as wide an interval must have been, on the side of the truth, to hold it."""
    value, low, high = (
        float(end or 0.0) for end in (row.estimate.value, row.estimate.low, row.estimate.high)
    )
    away = abs(row.truth - value)
    room = high - value if row.truth > value else value - low
    if row.held:
        return min(1.0, away / room) if room > 0 else 0.0
    return away / room if room > 0 else math.inf
