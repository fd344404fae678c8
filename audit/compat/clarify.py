"""What smclarify 0.5 prints, from counts, edge rules included; NaN where it stops with an error.

Made from its formulas (Hardt et al. 2021, arXiv:2109.03285) and from what it was seen to print:
0/0 is 0, x/0 is infinite, infinite minus infinite is 0, and a label that one side lacks is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from audit.arrays import FloatArray
from audit.compat.distances import (
    euclidean,
    jensen_shannon_unbounded,
    kullback_leibler_unbounded,
    largest_difference,
    on_common_labels,
    shares,
    total_variation,
)
from audit.metrics.confusion import Counts

Numbers = Mapping[str, FloatArray]
Ratio = tuple[tuple[str, ...], tuple[str, ...]]

# Advantaged minus disadvantaged, but for those in _TURNED: numerator and denominator as counts.
_RATIOS: dict[str, Ratio] = {
    "DPL": (("converted",), ("known",)),
    "DPPL": (("selected",), ("decided",)),
    "DCA": (("tp", "fn"), ("tp", "fp")),
    "DCR": (("fp", "tn"), ("fn", "tn")),
    "RD": (("tp",), ("tp", "fn")),
    "SD": (("tn",), ("fp", "tn")),
    "DAR": (("tp",), ("tp", "fp")),
    "DRR": (("tn",), ("fn", "tn")),
    "AD": (("tp", "tn"), ("tp", "fp", "fn", "tn")),
    "TE": (("fn",), ("fp",)),
}
_TURNED = frozenset({"DCR", "SD", "DRR", "TE"})
_ROWS: dict[str, tuple[str, ...]] = {"DPL": ("known",), "DPPL": ("decided",), "DI": ("decided",)}
_BOTH = ("tp", "fp", "fn", "tn")
_DISTANCES: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "KL": kullback_leibler_unbounded,
    "JS": jensen_shannon_unbounded,
    "LP": euclidean,
    "TVD": total_variation,
    "KS": largest_difference,
}


def printed(group: Counts, other: Counts) -> Numbers:
    """Every metric of two sides that is a function of their counts, by Clarify's name."""
    found = {name: _difference(name, ratio, (group, other)) for name, ratio in _RATIOS.items()}
    found["CI"] = _imbalance(group, other)
    found["DI"] = _impact(group, other)
    return found | _distances(group, other)


def demographic_disparity(cells: FloatArray) -> float:
    """CDD of leads by stratum, answer (no, yes) and side (other, group): NaN where an answer is missing.

    A stratum without one answer enters with a share of 0 for it.
    """
    answers = cells.sum(axis=2)
    if not (answers.sum(axis=0) > 0).all():
        return float("nan")
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(answers > 0, cells[:, :, 1] / answers, 0.0)
    weight = answers.sum(axis=1)
    return float((weight * (share[:, 0] - share[:, 1])).sum() / weight.sum())


def _divided(above: FloatArray, below: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((above == 0) & (below == 0), 0.0, above / below)


def _difference(name: str, ratio: Ratio, of: tuple[Counts, Counts]) -> FloatArray:
    rates = [
        _divided(*(side.total(parts).astype(np.float64) for parts in ratio))
        for side in (of if name in _TURNED else of[::-1])
    ]
    with np.errstate(invalid="ignore"):
        difference = np.where(rates[0] == rates[1], 0.0, rates[0] - rates[1])
    return _where_both(difference, of, _ROWS.get(name, _BOTH))


def _impact(group: Counts, other: Counts) -> FloatArray:
    rates = [
        _divided(side.selected.astype(np.float64), side.decided.astype(np.float64)) for side in (group, other)
    ]
    return _where_both(_divided(*rates), (group, other), _ROWS["DI"])


def _imbalance(group: Counts, other: Counts) -> FloatArray:
    n, m = group.leads.astype(np.float64), other.leads.astype(np.float64)
    return _where_both(_divided(m - n, m + n), (group, other), ("leads",))


def _where_both(values: FloatArray, of: tuple[Counts, Counts], rows: tuple[str, ...]) -> FloatArray:
    """NaN where a side has no row at all: smclarify refuses an empty facet."""
    some = (of[0].total(rows) > 0) & (of[1].total(rows) > 0)
    return np.where(some, values, np.nan)


def _distances(group: Counts, other: Counts) -> dict[str, FloatArray]:
    pair = on_common_labels(shares(outcomes(other)), shares(outcomes(group)))
    return {name: distance(*pair) for name, distance in _DISTANCES.items()}


def outcomes(side: Counts) -> FloatArray:
    """Leads without and with a positive outcome, on the last axis."""
    return np.stack([side.known - side.converted, side.converted], axis=-1).astype(np.float64)


def decisions(side: Counts) -> FloatArray:
    """Leads passed over and selected, on the last axis."""
    return np.stack([side.decided - side.selected, side.selected], axis=-1).astype(np.float64)
