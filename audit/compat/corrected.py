"""Clarify's metrics of two sides as they should be: registry metrics, compared, with their intervals.

Rates carry the interval of their difference (Newcombe) or ratio (Koopman), functions of the four cells
that of two independent delta-method intervals (MOVER, Zou and Donner 2008, Stat. Med. 27:1693). The
distances are functions of two proportions. Where they are a multiple of the size of the difference,
its interval is folded at 0; KL and JS take their least and greatest value over the box of two Wilson
intervals that hold together. Both are convex, so the greatest is at a corner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

import numpy as np

from audit.arrays import FloatArray
from audit.compat.clarify import outcomes
from audit.compat.column import Column, column, either
from audit.compat.distances import (
    euclidean,
    jensen_shannon,
    kolmogorov_smirnov,
    kullback_leibler,
    shares,
    total_variation,
)
from audit.compat.sides import Sides
from audit.intervals import Interval, koopman, mover, wilson
from audit.metrics.cells import cell_measures
from audit.metrics.confusion import Counts, rate
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS

Columns = Mapping[str, Column]
Distance = Callable[[FloatArray, FloatArray], FloatArray]

_RATES = {
    "DPL": "base_rate",
    "DPPL": "selection_rate",
    "RD": "true_positive_rate",
    "SD": "true_negative_rate",
    "DAR": "precision",
    "DRR": "negative_predictive_value",
    "AD": "accuracy",
}
_CELLS = {"DCA": "conditional_acceptance", "DCR": "conditional_rejection", "TE": "treatment_ratio"}
_GROUP_FIRST = frozenset({"SD", "DRR", "DCR", "TE"})
_FOLDED: dict[str, Distance] = {"LP": euclidean, "TVD": total_variation, "KS": kolmogorov_smirnov}
_BOXED: dict[str, Distance] = {"KL": kullback_leibler, "JS": jensen_shannon}
NO_IMPACT = "nobody on the other side is selected, so there is no ratio"


def of_outcomes(of: Sides, confidence: float) -> Columns:
    """CI, DPL and the distances of the outcomes."""
    return {
        "CI": _imbalance(of, confidence),
        "DPL": _difference("DPL", _measures(of, "base_rate", confidence), of),
        **distances(of, outcomes, "known outcome", confidence),
    }


def of_decisions(of: Sides, confidence: float) -> Columns:
    """DPPL and DI."""
    own, other = _measures(of, "selection_rate", confidence)
    return {"DPPL": _difference("DPPL", (own, other), of), "DI": _impact(own, other, of, confidence)}


def of_both(of: Sides, confidence: float) -> Columns:
    """What needs decision and outcome of the same leads."""
    found = {
        name: _difference(name, _measures(of, metric, confidence), of)
        for name, metric in _RATES.items()
        if name not in {"DPL", "DPPL"}
    }
    cells = [
        {one.metric: one for one in cell_measures(side, of.part, confidence)} for side in (of.group, of.other)
    ]
    return found | {
        name: _difference(name, (cells[0][metric], cells[1][metric]), of) for name, metric in _CELLS.items()
    }


def distances(
    of: Sides, counted: Callable[[Counts], FloatArray], what: str, confidence: float
) -> Mapping[str, Column]:
    """KL, JS, LP, TVD and KS of one answer with two labels, by Clarify's names."""
    group, other = counted(of.group), counted(of.other)
    pair = shares(other), shares(group)
    empty = f"no lead of this group has a {what}"
    lacking = [reasons((side.sum(axis=-1) == 0, empty)) for side in (group, other)]
    undefined = either(lacking[0], lacking[1], of.words)
    n = group.sum(axis=-1).astype(np.int64)
    ends = _wilson(other, confidence), _wilson(group, confidence)
    low, high = mover(pair[0][:, 1], ends[0], pair[1][:, 1], ends[1])
    folded = np.where(low * high <= 0, 0.0, np.fmin(np.abs(low), np.abs(high))), np.fmax(-low, high)
    found = {
        # A difference of x in one of two labels is one of x in the other.
        name: column(
            (distance(*pair), _apart(folded[0], distance), _apart(folded[1], distance)), n, undefined
        )
        for name, distance in _FOLDED.items()
    }
    box = _wilson(other, confidence**0.5), _wilson(group, confidence**0.5)
    found |= {
        name: column((distance(*pair), *_over_box(distance, *box)), n, undefined)
        for name, distance in _BOXED.items()
    }
    return found | {"KL": _finite(found["KL"], of.words, what)}


def _apart(difference: FloatArray, distance: Distance) -> FloatArray:
    """The distance of two shares that differ by this much."""
    return distance(_labels(difference), _labels(np.zeros_like(difference)))


def _labels(yes: FloatArray) -> FloatArray:
    return np.stack([1 - yes, yes], axis=-1)


def _wilson(counted: FloatArray, confidence: float) -> Interval:
    return wilson(counted[:, 1], counted.sum(axis=-1), confidence)


def _over_box(distance: Distance, other: Interval, group: Interval) -> Interval:
    """Least and greatest value for proportions within two intervals."""
    corners = [distance(_labels(p), _labels(q)) for p, q in product(other, group)]
    p = np.clip(group[0], *other)
    q = np.clip(p, *group)
    least = distance(_labels(p), _labels(q))
    return least, np.maximum.reduce(corners)


def _finite(found: Column, words: str, what: str) -> Column:
    """KL has no value where the group lacks a label that the other side has."""
    endless = np.isinf(found.value)
    reason = f"this group has only one {what} and {words} has both, so the divergence has no end"
    undefined = tuple(
        one or (reason if without else None) for one, without in zip(found.undefined, endless, strict=True)
    )
    return column((found.value, found.low, found.high), found.n, undefined)


def _measures(of: Sides, metric: str, confidence: float) -> tuple[Measure, Measure]:
    what = METRICS[metric]
    return rate(what, of.group, of.part, confidence), rate(what, of.other, of.part, confidence)


def _difference(name: str, pair: tuple[Measure, Measure], of: Sides) -> Column:
    """Other minus group, or group minus other where Clarify has it so."""
    own, other = pair
    first, second = (own, other) if name in _GROUP_FIRST else (other, own)
    low, high = mover(first.value, (first.low, first.high), second.value, (second.low, second.high))
    undefined = either(own.undefined, other.undefined, of.words)
    return column((first.value - second.value, low, high), own.n, undefined)


def _impact(own: Measure, other: Measure, of: Sides, confidence: float) -> Column:
    hits = [np.zeros(0) if one.hits is None else one.hits.astype(np.float64) for one in (own, other)]
    n = [one.n.astype(np.float64) for one in (own, other)]
    low, high = koopman(hits[0], n[0], hits[1], n[1], confidence)
    none = reasons((other.value == 0, NO_IMPACT))
    undefined = tuple(
        a or b for a, b in zip(either(own.undefined, other.undefined, of.words), none, strict=True)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return column((own.value / other.value, low, high), own.n, undefined)


def _imbalance(of: Sides, confidence: float) -> Column:
    """1 minus twice the group's share, and so with the ends of its Wilson interval."""
    own, other = of.group.leads, of.other.leads
    n = own + other
    low, high = wilson(own.astype(np.float64), n.astype(np.float64), confidence)
    undefined = reasons((other == 0, "there are no other leads of known group"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return column(((other - own) / n, 1 - 2 * high, 1 - 2 * low), n, undefined)
