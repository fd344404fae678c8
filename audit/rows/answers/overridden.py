"""Whether a score that people override turns out better: outcomes against leads with scores alike.

What people say of a score can come true because they work the lead harder for it, and may be said after they
know the end: this is an association.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.clustering.effect import FEWEST_EFFECTIVE
from audit.estimate import Estimate
from audit.inference import holm, student_p
from audit.intervals import quantile, wider
from audit.rows.answers.model import Outlook, Overridden, Said
from audit.rows.answers.newest import REASONS, Newest
from audit.rows.answers.shares import ALL, Counted, counted, rates
from audit.rows.answers.spread import Rows
from audit.schema import Tolerance

SAID: tuple[Said, ...] = ("too_low", "too_high", "right")
BANDS = 10
NO_OUTCOME = "the stream names no outcome"
NO_COMPARISON = "too few leads with a known outcome that nobody answered about have scores alike"
FEW_PEOPLE = "too few people said so"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """The leads with a known outcome, and worked ones where that is known.

    ``stratum`` are leads with scores alike, on one side of the threshold. ``base`` and ``others`` are, by
    stratum, the rate and number of leads that nobody answered about.
    """

    rows: IntArray
    outcome: BoolArray
    stratum: IntArray
    base: FloatArray
    others: FloatArray


def overridden(table: pa.Table, newest: Newest, audit: Tolerance) -> tuple[Overridden, ...]:
    """For each of what can be said of a score: how its leads turned out against leads with scores alike."""
    if "outcome" not in table.column_names:
        return tuple(_lacking(one, NO_OUTCOME) for one in SAID)
    known = _known(table, newest)
    return _corrected(tuple(_one(said, known, newest, audit) for said in SAID), audit)


def _known(table: pa.Table, newest: Newest) -> Known:
    outcome = _truth(table, "outcome")
    used = outcome >= 0
    if "worked" in table.column_names:
        used &= _truth(table, "worked") == 1
    rows = np.flatnonzero(used)
    stratum, size = _strata(table, rows)
    left, won = ~newest.answered[rows], outcome[rows] == 1
    others = sum_by(stratum[left], np.ones(int(left.sum())), size)
    with np.errstate(invalid="ignore", divide="ignore"):
        base = sum_by(stratum[left], won[left].astype(np.float64), size) / others
    return Known(rows=rows, outcome=won, stratum=stratum, base=base, others=others)


def _truth(table: pa.Table, name: str) -> IntArray:
    """1, 0, and -1 where it is not known."""
    column = table.column(name).cast(pa.int8()).fill_null(-1)
    return np.asarray(column.to_numpy(), dtype=np.int64)


def _strata(table: pa.Table, rows: IntArray) -> tuple[IntArray, int]:
    """Ten bands of equally many leads, each on both sides of the threshold."""
    band = np.zeros(len(rows), dtype=np.int64)
    if "score" in table.column_names and len(rows):
        score = np.asarray(table.column("score").to_numpy(), dtype=np.float64)[rows]
        finite = score[np.isfinite(score)]
        edges = (
            np.unique(np.quantile(finite, np.linspace(0, 1, BANDS + 1)[1:-1], method="lower"))
            if len(finite)
            else finite
        )
        band = np.where(np.isfinite(score), np.searchsorted(edges, score, side="right"), BANDS)
    selected = _truth(table, "selected")[rows] + 1 if "selected" in table.column_names else 0
    return np.asarray(band * 3 + selected, dtype=np.int64), (BANDS + 1) * 3


def _one(said: Said, known: Known, newest: Newest, audit: Tolerance) -> Overridden:
    own = newest.reason[known.rows] == REASONS.index(f"score_{said}")
    paired = own & (known.others[known.stratum] > 0)
    if own.sum() < audit.minimum_group:
        return _lacking(said, f"fewer than {audit.minimum_group} of these leads have a known outcome")
    if paired.sum() < audit.minimum_group:
        return _lacking(said, NO_COMPARISON)
    rows = Rows(
        group=np.zeros(int(paired.sum()), dtype=np.int64),
        hit=known.outcome[paired],
        unit=newest.person[known.rows][paired],
        told=np.ones(int(paired.sum()), dtype=np.bool_),
    )
    made = counted(ALL, "answered", rows, audit.confidence, audit.minimum_group)
    (hidden,) = made.hidden
    return _lacking(said, hidden) if hidden else _compared(said, made, (paired, known), audit.confidence)


def _compared(said: Said, made: Counted, of: tuple[BoolArray, Known], confidence: float) -> Overridden:
    """The mean of what each lead's outcome is beyond the rate of its stratum, people as the units."""
    (paired, known), found = of, made.spread
    (rate,), (hits, trials) = rates(made), (float(part[0]) for part in made.drawn)
    expected = float(known.base[known.stratum[paired]].mean())
    share = (hits + 2) / (trials + 4)
    error = sqrt(share * (1 - share) / trials * float(found.own[0]) + _noise(paired, known))
    difference = float(made.value[0]) - expected
    half = quantile(confidence) * float(wider(found.df, confidence)[0]) * error
    enough = bool(found.units[0] >= FEWEST_EFFECTIVE)
    return Overridden(
        said=said,
        n=int(made.n[0]),
        converted=rate.estimate,
        expected=expected,
        difference=difference,
        low=max(difference - half, -1.0),
        high=min(difference + half, 1.0),
        p=float(student_p(np.array(difference / error), found.df)[0]) if enough else None,
        p_adjusted=None,
        outlook="open" if enough else "insufficient",
        undefined=None if enough else FEW_PEOPLE,
    )


def _noise(paired: BoolArray, known: Known) -> float:
    """The variance of the expectation: rates of strata with few leads are not known well."""
    weight = sum_by(known.stratum[paired], np.ones(int(paired.sum())), len(known.base)) / paired.sum()
    used = weight > 0
    others = known.others[used]
    padded = (known.base[used] * others + 2) / (others + 4)
    return float((weight[used] ** 2 * padded * (1 - padded) / others).sum())


def _corrected(every: tuple[Overridden, ...], audit: Tolerance) -> tuple[Overridden, ...]:
    """Holm over what was tested; above or below where the difference is sure."""
    adjusted = iter(holm(np.array([one.p for one in every if one.p is not None])).tolist())
    return tuple(_settled(every, adjusted, 1 - audit.confidence))


def _settled(every: tuple[Overridden, ...], adjusted: Iterator[float], level: float) -> Iterator[Overridden]:
    for one in every:
        if one.p is None:
            yield one
            continue
        p, outlook = next(adjusted), one.outlook
        if p < level:
            outlook = _side(one.low or 0.0, one.high or 0.0)
        yield replace(one, p_adjusted=p, outlook=outlook)


def _side(low: float, high: float) -> Outlook:
    return "above" if low > 0 else "below" if high < 0 else "open"


def _lacking(said: Said, reason: str) -> Overridden:
    return Overridden(
        said=said,
        n=0,
        converted=Estimate.missing(reason),
        expected=None,
        difference=None,
        low=None,
        high=None,
        p=None,
        p_adjusted=None,
        outlook="insufficient",
        undefined=reason,
    )
