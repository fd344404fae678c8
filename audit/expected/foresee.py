"""Metrics of leads whose outcome is open: what they will likely be, and all that they may be."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray
from audit.estimate import Estimate
from audit.expected.curve import expit, logit, pooled_draws, rate_draws
from audit.expected.figures import RATES, WORST, Confusion, confusion, step_auc
from audit.expected.leads import NO_DECISION, REJECTED_STATE, SELECTED_STATE
from audit.expected.lessons import Lessons
from audit.expected.model import METRICS

FEWEST = 10
"""Known outcomes of a group without which nothing is said of it: it would be the other groups' rate."""
_UNDEFINED_AT_MOST = 0.05
_EMPTY = {
    "base_rate": "no lead of this group is open",
    "true_positive_rate": "so few conversions are expected that there may be none",
    "false_positive_rate": "so few leads are expected not to convert that there may be none",
    "precision": "no open lead of this group is selected",
    "accuracy": "no open lead of this group has a decision",
    "auc": "so few conversions, or leads without one, are expected that there may be none",
}
Values = dict[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Common:
    """What all groups of one forecast share: drawn pooled curves, and the moves of a month to come."""

    curves: FloatArray
    moves: FloatArray
    seed: int
    higher_is_better: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """A group with drawn rates by kind; ``point`` are the likely ones, ``taught`` its known outcomes."""

    point: FloatArray
    drawn: FloatArray
    taught: int
    random: np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Foreseen:
    """Metrics of some open leads: likely values, drawn ones, and drawn worst cases with unworked leads."""

    n: int
    taught: int
    won: float
    point: Mapping[str, float]
    drawn: Values
    lowest: Values
    highest: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The gap of one metric, and the standard error of its draws."""

    estimate: Estimate
    error: float


def common(lessons: Lessons, draws: int, seed: int, *, higher_is_better: bool) -> Common:
    """Draw what the groups share."""
    random = np.random.default_rng([seed, 1])
    curves = pooled_draws(lessons.won.sum(axis=0), lessons.known.sum(axis=0), draws, random)
    moves = lessons.spread.common.draws(draws, random)
    return Common(curves=curves, moves=moves, seed=seed, higher_is_better=higher_is_better)


def group_of(lessons: Lessons, place: int, shared: Common, *, reference: bool = False) -> Group:
    """Draw the rates of one group.

    The random numbers follow from the group's counts and not from its name or place, so that neither changes
    a figure. As ``reference`` it is drawn anew, so that a group beside it is as uncertain as it is.
    """
    won, known = lessons.won[place], lessons.known[place]
    told = hashlib.blake2b(won.tobytes() + known.tobytes(), digest_size=8).digest()
    random = np.random.default_rng([shared.seed, 2 + reference, int.from_bytes(told, "big")])
    drawn = rate_draws(shared.curves, won, known, random)
    own = lessons.spread.own.draws(len(drawn), random)
    moved = expit(logit(drawn) + (shared.moves + own)[:, None])
    return Group(point=lessons.rates[place], drawn=moved, taught=int(known.sum()), random=random)


def foreseen(group: Group, lessons: Lessons, n: FloatArray, unworked: FloatArray, shared: Common) -> Foreseen:
    """Metrics of so many leads of each kind, beside leads of these decisions that nobody worked."""
    won = group.random.binomial(n.astype(np.int64), group.drawn).astype(np.float64)
    drawn = confusion(won, n - won, lessons.state)
    likely = (n * group.point)[None]
    point = _rates(confusion(likely, n - likely, lessons.state))
    values = _rates(drawn)
    point["auc"] = _auc(likely, n - likely, lessons, higher_is_better=shared.higher_is_better)
    values["auc"] = _auc(won, n - won, lessons, higher_is_better=shared.higher_is_better)
    return Foreseen(
        n=int(n.sum()),
        taught=group.taught,
        won=float(likely.sum()),
        point={name: float(value[0]) for name, value in point.items()},
        drawn=values,
        lowest=_worst(drawn, unworked, 0),
        highest=_worst(drawn, unworked, 1),
    )


def estimate_of(one: Foreseen, metric: str, confidence: float, factor: float) -> Estimate:
    """The likely value with the interval of what will be seen, so many times as wide as drawn."""
    reason = _reason(one, metric)
    if reason is not None:
        return Estimate.missing(reason, one.n)
    low, high = _widened(one.point[metric], one.drawn[metric], confidence, factor)
    return Estimate(value=one.point[metric], low=max(low, 0.0), high=min(high, 1.0), n=one.n)


def gap_of(one: Foreseen, other: Foreseen, metric: str, how: tuple[float, float]) -> Gap:
    """Group minus reference; ``how`` is the confidence, and how many times as wide as drawn."""
    reason = _reason(one, metric) or _of_reference(_reason(other, metric))
    if reason is not None:
        return Gap(estimate=Estimate.missing(reason, one.n), error=np.nan)
    value, drawn = one.point[metric] - other.point[metric], one.drawn[metric] - other.drawn[metric]
    low, high = _widened(value, drawn, *how)
    estimate = Estimate(value=value, low=max(low, -1.0), high=min(high, 1.0), n=one.n)
    return Gap(estimate=estimate, error=float(np.nanstd(drawn)) * how[1])


def ends(drawn: FloatArray, confidence: float) -> tuple[float, float]:
    """Quantiles of draws, outwards to the next one drawn."""
    kept, share = drawn[np.isfinite(drawn)], (1 - confidence) / 2
    low = np.quantile(kept, share, method="lower")
    return float(low), float(np.quantile(kept, 1 - share, method="higher"))


def _widened(value: float, drawn: FloatArray, confidence: float, factor: float) -> tuple[float, float]:
    low, high = ends(drawn, confidence)
    return value - factor * max(value - low, 0.0), value + factor * max(high - value, 0.0)


def _of_reference(reason: str | None) -> str | None:
    return None if reason is None else f"of the reference group: {reason}"


def bounds_of(one: Foreseen, metric: str, confidence: float) -> tuple[float | None, float | None]:
    """Ends of the worst case over leads nobody worked, too; None where there is none."""
    if metric not in one.lowest or not np.isfinite(one.lowest[metric]).any():
        return None, None
    return ends(one.lowest[metric], confidence)[0], ends(one.highest[metric], confidence)[1]


def gap_bounds(
    one: Foreseen, other: Foreseen, metric: str, confidence: float
) -> tuple[float | None, float | None]:
    """The same of group minus reference; where one has no such leads it is as it was drawn."""
    if metric not in METRICS[:-1] or not (one.lowest or other.lowest):
        return None, None
    low = one.lowest.get(metric, one.drawn[metric]) - other.highest.get(metric, other.drawn[metric])
    high = one.highest.get(metric, one.drawn[metric]) - other.lowest.get(metric, other.drawn[metric])
    if not np.isfinite(low).any():
        return None, None
    return ends(low, confidence)[0], ends(high, confidence)[1]


def _reason(one: Foreseen, metric: str) -> str | None:
    if one.taught < FEWEST:
        return f"only {one.taught} worked leads of this group have a ripe outcome; {FEWEST} are needed"
    if not one.n:
        return _EMPTY["base_rate"]
    drawn = one.drawn[metric]
    # A metric without a value, likely or in more than a few draws, may well not exist.
    lost = np.isnan(one.point[metric]) or np.isnan(drawn).mean() > _UNDEFINED_AT_MOST
    return _EMPTY[metric] if lost else None


def _rates(made: Confusion) -> Values:
    return {name: rate(made) for name, rate in RATES.items()}


def _auc(won: FloatArray, lost: FloatArray, lessons: Lessons, *, higher_is_better: bool) -> FloatArray:
    step = np.where(lessons.scored, lessons.step, -1)
    if len(np.unique(step[step >= 0])) < 2:
        return np.full(len(won), np.nan)
    found = np.clip(step_auc(won, lost, step) + lessons.within, 0, 1)
    return found if higher_is_better else 1 - found


def _worst(drawn: Confusion, unworked: FloatArray, end: int) -> Values:
    """One end of each metric, whatever would have become of the leads that nobody worked."""
    if not unworked.sum():
        return {}
    selected, rejected, undecided = (unworked[one] for one in (SELECTED_STATE, REJECTED_STATE, NO_DECISION))
    found = {}
    for metric in METRICS[:-1]:
        rest = rejected + (undecided if metric == "base_rate" else 0.0)
        found[metric] = RATES[metric](drawn.with_unworked(selected, rest, WORST[metric][end]))
    return found
