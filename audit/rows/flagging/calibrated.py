"""By how many points the score of a group is off, judged by what came true (group-calibrated score).

The chance that a lead converts is taken to be one smooth, unknown function of its true promise, the
same for all groups, and the score of a group to be that promise less a shift: P(won) = h(score +
shift). Function and shifts are fitted together by maximum likelihood (h: logistic in a natural cubic
spline), so that a shift is in points of the score whatever the shape of h. The shift of the reference
is 0: a group is off against it.

The values are drawn towards the pooled curve (shift 0) as far as the groups agree with it (empirical
Bayes), but never by more than one standard error (Efron and Morris's limited translation). The interval
is that of the group alone: it keeps its coverage for each group, also for one that is unlike the others.

References
----------
B. Efron, C. Morris (1972). JASA 67:130 (limited translation). T. Hastie, R. Tibshirani, J. Friedman
(2009). The Elements of Statistical Learning, 5.2 (natural cubic splines). R. Paule, J. Mandel (1982).
J. Res. NBS 87:377 (variance between groups).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.inference import normal_p
from audit.intervals import quantile
from audit.rows.levels import attribute_levels, score_or_decision
from audit.schema import Attribute, Stream
from audit.subgroups.treatment import usable_outcomes
from audit.tally.columns import UNKNOWN

BINS = 300
KNOTS = (0.05, 0.35, 0.65, 0.95)
ROUNDS = 60
LEAST_OF_EACH = 10
"""Leads that converted, and that did not, which a group must have."""
LEAST_SLOPE = 4.0
"""Standard errors by which the score must tell outcomes apart: else no shift of it can be known."""
BEYOND = 3.0
"""A shift of more standard deviations of the score is a fit that went astray, and no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Points to add to the score of a group, with their interval; ``p`` is of there being none.

    Points count towards the better end: a positive shift says that the score is too low, where higher
    is better, and too high as a number, where lower is better.
    """

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Leads by group and score: standardised score, leads, conversions; group 0 is the reference."""

    group: IntArray
    score: FloatArray
    n: FloatArray
    won: FloatArray
    knots: FloatArray


def shifts(table: pa.Table, attribute: Attribute, stream: Stream) -> Mapping[str, Shift]:
    """The shift of every group that can be judged, by its name; the reference group has none.

    Empty without scores or outcomes, where the score does not surely tell outcomes apart, and where no
    second group has enough of both outcomes.
    """
    if "score" not in table.column_names or "outcome" not in table.column_names:
        return {}
    levels = attribute_levels(table, attribute.name)
    known, won = usable_outcomes(table)
    score = score_or_decision(table) * (1 if stream.higher_is_better else -1)
    used = known & np.isfinite(score)
    chosen = _judged(levels.codes[used], won[used], levels.names, stream.audit.minimum_group)
    places = _reference_first(
        chosen, np.bincount(levels.codes[used], minlength=levels.size), levels.names, attribute
    )
    used &= np.isin(levels.codes, places)
    spread = float(np.std(score[used])) if used.any() else 0.0
    if len(places) < 2 or not spread > 0:
        return {}
    order = np.full(levels.size, -1, dtype=np.int64)
    order[places] = np.arange(len(places))
    middle = float(np.mean(score[used]))
    cells = _cells(order[levels.codes[used]], (score[used] - middle) / spread, won[used])
    found = _fitted(cells, len(places))
    if found is None:
        return {}
    names = [levels.names[place] for place in places[1:]]
    return dict(zip(names, _told(found, spread, stream.audit.confidence), strict=True))


def _judged(codes: IntArray, won: BoolArray, names: tuple[str, ...], minimum: int) -> IntArray:
    n = np.bincount(codes, minlength=len(names))
    positive = np.bincount(codes[won], minlength=len(names))
    known = np.array([name != UNKNOWN for name in names], dtype=np.bool_)
    return np.flatnonzero(known & (n >= minimum) & (np.minimum(positive, n - positive) >= LEAST_OF_EACH))


def _reference_first(
    places: IntArray, counts: IntArray, names: tuple[str, ...], attribute: Attribute
) -> IntArray:
    """The groups with the reference first; none where it cannot be judged."""
    if not len(places):
        return places
    largest = int(places[np.argmax(counts[places])])
    wanted = names.index(attribute.reference) if attribute.reference in names else largest
    if wanted not in places:
        return places[:0]
    return np.array([wanted, *(place for place in places if place != wanted)], dtype=np.int64)


def _cells(group: IntArray, score: FloatArray, won: BoolArray) -> _Cells:
    edges = np.unique(np.quantile(score, np.linspace(0, 1, BINS + 1)[1:-1]))
    key = group * (len(edges) + 1) + np.searchsorted(edges, score, side="right")
    _, cell = np.unique(key, return_inverse=True)
    n = np.bincount(cell).astype(np.float64)
    return _Cells(
        group=np.round(np.bincount(cell, group) / n).astype(np.int64),
        score=np.bincount(cell, score) / n,
        n=n,
        won=np.bincount(cell, won).astype(np.float64),
        knots=np.unique(np.quantile(score, KNOTS)),
    )


def _fitted(cells: _Cells, groups: int) -> tuple[FloatArray, FloatArray] | None:
    """The shifts of the groups after the first and their standard errors, on the standardised score."""
    start = np.zeros(2 + groups - 1)
    line = _newton(cells, cells.knots[:0], start)
    if line is None or line[0][1] < LEAST_SLOPE * np.sqrt(line[1][1, 1]):
        return None
    curve = None
    if len(cells.knots) > 2:
        bends = np.zeros(len(cells.knots) - 2)
        curve = _newton(cells, cells.knots, np.concatenate([line[0][:2], bends, line[0][2:]]))
    estimate, covariance = curve or line
    shift = estimate[-(groups - 1) :]
    error = np.sqrt(np.diag(covariance)[-(groups - 1) :]).astype(np.float64)
    sane = np.isfinite(error).all() and (np.abs(shift) < BEYOND).all()
    return (shift, error) if sane else None


def _newton(cells: _Cells, knots: FloatArray, start: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Scoring steps, halved until the likelihood grows; None where it has no maximum to be found."""
    estimate, reached = start, _likelihood(cells, knots, start)
    for _ in range(ROUNDS):
        slope, information = _score(cells, knots, estimate)
        try:
            step = np.linalg.solve(information + 1e-9 * np.eye(len(estimate)), slope)
        except np.linalg.LinAlgError:
            return None
        if float(slope @ step) < 1e-8:
            return estimate, np.asarray(np.linalg.pinv(information), dtype=np.float64)
        size = 1.0
        while size > 1e-4 and _likelihood(cells, knots, estimate + size * step) < reached:
            size /= 2
        estimate = estimate + size * step
        reached = _likelihood(cells, knots, estimate)
    return None


def _likelihood(cells: _Cells, knots: FloatArray, estimate: FloatArray) -> float:
    logit = _logit(cells, knots, estimate)[0]
    return float(np.sum(cells.won * logit - cells.n * np.logaddexp(0, logit)))


def _score(cells: _Cells, knots: FloatArray, estimate: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient of the likelihood, and Fisher's information."""
    logit, design = _logit(cells, knots, estimate)
    chance = 1 / (1 + np.exp(-np.clip(logit, -500, 500)))
    weighted = design * (cells.n * chance * (1 - chance))[:, None]
    return design.T @ (cells.won - cells.n * chance), design.T @ weighted


def _logit(cells: _Cells, knots: FloatArray, estimate: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The logit of every cell, and how it moves with each parameter."""
    bends = max(len(knots) - 2, 0)
    curve, shift = estimate[: 2 + bends], np.concatenate([[0.0], estimate[2 + bends :]])
    at = cells.score + shift[cells.group]
    basis, slope = _spline(at, knots)
    moved = (slope @ curve)[:, None] * (cells.group[:, None] == np.arange(1, len(shift)))
    return basis @ curve, np.hstack([basis, moved])


def _spline(at: FloatArray, knots: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Natural cubic spline basis and its slope: a constant, a line, and one bend per inner knot."""
    values, slopes = [np.ones_like(at), at], [np.zeros_like(at), np.ones_like(at)]
    if len(knots) > 2:
        last = _bend(at, knots[-2], knots[-1])
        for knot in knots[:-2]:
            one = _bend(at, knot, knots[-1])
            values.append(one[0] - last[0])
            slopes.append(one[1] - last[1])
    return np.stack(values, axis=1), np.stack(slopes, axis=1)


def _bend(at: FloatArray, knot: float, end: float) -> tuple[FloatArray, FloatArray]:
    near, far = np.maximum(at - knot, 0), np.maximum(at - end, 0)
    return (near**3 - far**3) / (end - knot), 3 * (near**2 - far**2) / (end - knot)


def _told(found: tuple[FloatArray, FloatArray], spread: float, confidence: float) -> list[Shift]:
    shift, error = found
    between = _between(shift, error)
    drawn = shift * between / (between + error**2)
    value = np.clip(drawn, shift - error, shift + error)
    half = quantile(confidence) * error
    p = normal_p(shift / error)
    parts = np.stack([value * spread, (shift - half) * spread, (shift + half) * spread, p], axis=1)
    return [Shift(value=one[0], low=one[1], high=one[2], p=one[3]) for one in parts.tolist()]


def _between(shift: FloatArray, error: FloatArray) -> float:
    """Variance of the true shifts around 0 (Paule and Mandel), by bisection."""
    low, high = 0.0, float(np.max(shift**2))
    for _ in range(60):
        middle = (low + high) / 2
        too_small = np.sum(shift**2 / (error**2 + middle)) > len(shift)
        low, high = (middle, high) if too_small else (low, middle)
    return low
