"""Counts of decisions and outcomes per group, and the rates made of them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.grouping import Grouping
from audit.intervals import quantile, wilson
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS, Metric
from audit.tally.columns import NO, OUTCOME, SELECTED, WORKED, YES

_BOTH = (SELECTED, OUTCOME)
FACTS_OF: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        "leads": (),
        "all_leads": (),
        "decided": (SELECTED,),
        "selected": (SELECTED,),
        "all_selected": (SELECTED,),
        "known": (OUTCOME,),
        "converted": (OUTCOME,),
        "tp": _BOTH,
        "fp": _BOTH,
        "fn": _BOTH,
        "tn": _BOTH,
        "worked": (WORKED,),
        "work_known": (WORKED,),
    }
)
"""The facts that each of the `Counts` is counted from."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """Leads per group. From ``known`` to ``converted`` they are leads whose outcome may be used."""

    leads: IntArray
    decided: IntArray
    selected: IntArray
    known: IntArray
    tp: IntArray
    fp: IntArray
    fn: IntArray
    tn: IntArray
    converted: IntArray
    worked: IntArray
    work_known: IntArray

    @property
    def all_leads(self) -> IntArray:
        """Leads of all groups together, for each group."""
        return np.full_like(self.leads, self.leads.sum())

    @property
    def all_selected(self) -> IntArray:
        """Selected leads of all groups together, for each group."""
        return np.full_like(self.selected, self.selected.sum())

    def total(self, parts: tuple[str, ...]) -> IntArray:
        """Sum of some of the counts."""
        columns = [getattr(self, part) for part in parts]
        return np.asarray(np.sum(columns, axis=0), dtype=np.int64)


def usable(grouping: Grouping, outcome: str) -> BoolArray:
    """Cells with this outcome that outcome metrics may use: worked ones where work is recorded.

    A lead that nobody worked has no honest outcome, nor has one where nobody knows.
    """
    cells = grouping.at(OUTCOME, outcome)
    return cells & grouping.at(WORKED, YES) if grouping.has(WORKED) else cells


def counts(grouping: Grouping) -> Counts:
    """Count decisions and outcomes of every group."""
    selected, rejected = grouping.at(SELECTED, YES), grouping.at(SELECTED, NO)
    positive, negative = usable(grouping, YES), usable(grouping, NO)
    worked = grouping.at(WORKED, YES)
    return Counts(
        leads=grouping.count(),
        decided=grouping.count(selected | rejected),
        selected=grouping.count(selected),
        known=grouping.count(positive | negative),
        tp=grouping.count(selected & positive),
        fp=grouping.count(selected & negative),
        fn=grouping.count(rejected & positive),
        tn=grouping.count(rejected & negative),
        converted=grouping.count(positive),
        worked=grouping.count(worked),
        work_known=grouping.count(worked | grouping.at(WORKED, NO)),
    )


def headcount(found: Counts) -> Measure:
    """Leads of each group, which nobody has to estimate."""
    value = found.leads.astype(np.float64)
    return Measure(
        metric="count",
        value=value,
        low=value,
        high=value,
        n=found.leads,
        variance=np.zeros(len(value)),
        df=np.full(len(value), np.inf),
        weakest=found.leads,
        undefined=(None,) * len(value),
    )


def no_outcome(grouping: Grouping) -> str:
    """Why a group without a usable outcome has no value."""
    worked = "worked lead" if grouping.has(WORKED) else "lead"
    return f"no {worked} of this group has a known outcome"


def rate(metric: Metric, found: Counts, grouping: Grouping, confidence: float) -> Measure:
    """One rate of every group with its Wilson interval."""
    hits, n = found.total(metric.numerator), found.total(metric.denominator)
    lacking = (found.known == 0) & metric.on_outcomes
    undefined = reasons((lacking, no_outcome(grouping)), (n == 0, metric.empty))
    return proportion(metric.id, hits, n, undefined, confidence)


def proportion(
    metric: str,
    hits: IntArray | FloatArray,
    n: IntArray,
    undefined: tuple[str | None, ...],
    confidence: float,
) -> Measure:
    """A binomial proportion with its Wilson interval.

    The variance is that of the proportion with two hits and two misses added (Agresti and Coull
    1998), because the plain one is 0 at 0 and 1.
    """
    x, size = hits.astype(np.float64), n.astype(np.float64)
    low, high = wilson(x, size, confidence)
    padded = (x + 2) / (size + 4)
    with np.errstate(invalid="ignore", divide="ignore"):
        value, variance = x / size, padded * (1 - padded) / size
    return Measure(
        metric=metric,
        value=value,
        low=low,
        high=high,
        n=n,
        variance=variance,
        df=np.full(len(n), np.inf),
        weakest=n,
        undefined=undefined,
        hits=hits,
    )


def balanced_accuracy(found: Counts, grouping: Grouping, confidence: float) -> Measure:
    """Mean of the true positive and true negative rates, its interval combined from theirs (MOVER)."""
    positive, negative = (
        rate(METRICS[name], found, grouping, confidence)
        for name in ("true_positive_rate", "true_negative_rate")
    )
    value = (positive.value + negative.value) / 2
    down = np.hypot(positive.value - positive.low, negative.value - negative.low) / 2
    up = np.hypot(positive.high - positive.value, negative.high - negative.value) / 2
    undefined = tuple(a or b for a, b in zip(positive.undefined, negative.undefined, strict=True))
    ends = (value - down, value, value + up)
    weakest = np.minimum(positive.n, negative.n)
    return _composite("balanced_accuracy", ends, (positive.n + negative.n, weakest), undefined, confidence)


def f1(found: Counts, grouping: Grouping, confidence: float) -> Measure:
    """F1 with the Wilson interval of TP / (TP + FP + FN) carried through 2p / (1 + p)."""
    n = found.total(("tp", "fp", "fn"))
    empty = "no lead of this group with a known outcome is selected or has a positive outcome"
    undefined = reasons((found.known == 0, no_outcome(grouping)), (n == 0, empty))
    jaccard = proportion("f1", found.tp, n, undefined, confidence)
    low, value, high = (2 * part / (1 + part) for part in (jaccard.low, jaccard.value, jaccard.high))
    weakest = np.minimum(n, found.total(("tp", "fn")))
    return _composite("f1", (low, value, high), (n, weakest), undefined, confidence)


def _composite(
    metric: str,
    ends: tuple[FloatArray, FloatArray, FloatArray],
    leads: tuple[IntArray, IntArray],
    undefined: tuple[str | None, ...],
    confidence: float,
) -> Measure:
    """Measure whose variance is read off the width of its interval, from its n and weakest count."""
    low, value, high = ends
    variance = ((high - low) / (2 * quantile(confidence))) ** 2
    return Measure(
        metric=metric,
        value=value,
        low=low,
        high=high,
        n=leads[0],
        variance=variance,
        df=np.maximum(leads[1] - 1.0, 1.0),
        weakest=leads[1],
        undefined=undefined,
    )
