"""What we would have estimated for cohorts that have ripened since, beside what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import IntArray
from audit.estimate import Estimate
from audit.expected.asked import Asked
from audit.expected.cohorts import begins, cohort_of, ends, name
from audit.expected.figures import RATES, confusion, true_auc
from audit.expected.foresee import Common, Foreseen, common, estimate_of, foreseen, gap_of, group_of
from audit.expected.leads import Leads, day_of, large, number_of
from audit.expected.lessons import Lessons, lessons_of
from audit.expected.model import METRICS, Period, Reconciled
from audit.tally.columns import UNKNOWN

PAST = 24
"""The newest cohorts that are looked at."""
DRAWS = 400
_NOBODY = np.zeros(3)
_ROUNDING = 1e-12
Truth = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Past:
    """A cohort that has ripened, and what was known before its first lead."""

    cohort: int
    leads: Leads
    lessons: Lessons
    shared: Common
    asked: Asked


def reconciled(leads: Leads, reference: str | None, asked: Asked) -> Iterator[Reconciled]:
    """Every estimate of the cohorts that have ripened, and of gaps of their groups to the reference."""
    for past in _pasts(leads, asked):
        places = large(past.leads.group, past.leads.known, asked.minimum_group)
        kept = {past.leads.names[one]: (_foreseen(past, one), _truth(past, one)) for one in places}
        for group, (made, truth) in kept.items():
            yield from _alone(past, group, made, truth)
        if reference in kept and len(kept) > 1:
            beside = _foreseen(past, past.leads.names.index(reference), reference=True), kept[reference][1]
            for group, own in kept.items():
                if group not in {reference, UNKNOWN}:
                    yield from _gaps(past, (group, reference), own, beside)


def _pasts(leads: Leads, asked: Asked) -> Iterator[_Past]:
    if asked.maturity_days is None:
        return
    known = leads.where(leads.known > 0)
    cohort = cohort_of(known.day, asked.period)
    for one in _ripened(cohort, asked.as_of - asked.maturity_days, asked.period):
        of_cohort = known.where(cohort == one)
        until = number_of(begins(one, asked.period)) - asked.maturity_days
        lessons = lessons_of(leads, until, of_cohort)
        if lessons is not None:
            shared = common(lessons, DRAWS, asked.seed, higher_is_better=asked.higher_is_better)
            yield _Past(cohort=one, leads=of_cohort, lessons=lessons, shared=shared, asked=asked)


def _ripened(cohort: IntArray, until: int, period: Period) -> list[int]:
    found = [int(one) for one in np.unique(cohort) if number_of(ends(int(one), period)) <= until]
    return found[-PAST:]


def _foreseen(past: _Past, place: int, *, reference: bool = False) -> Foreseen:
    group = group_of(past.lessons, place, past.shared, reference=reference)
    n = past.lessons.count(past.leads, past.leads.known)[place]
    return foreseen(group, past.lessons, n, _NOBODY, past.shared)


def _truth(past: _Past, place: int) -> Truth:
    rows = past.leads.where(past.leads.group == place)
    won, lost = (past.lessons.count(rows, one)[place] for one in (rows.won, rows.lost))
    made = confusion(won, lost, past.lessons.state)
    found = {metric: float(rate(made)) for metric, rate in RATES.items()}
    auc = true_auc(rows, rows.score != rows.blank)
    if auc is not None:
        found["auc"] = auc if past.asked.higher_is_better else 1 - auc
    return {metric: value for metric, value in found.items() if not np.isnan(value)}


def _alone(past: _Past, group: str, made: Foreseen, truth: Truth) -> Iterator[Reconciled]:
    for metric in METRICS:
        estimate = estimate_of(made, metric, past.asked.confidence, 1.0)
        if metric in truth and estimate.value is not None:
            yield _row(past, (group, ""), metric, estimate, truth[metric])


def _gaps(
    past: _Past, names: tuple[str, str], one: tuple[Foreseen, Truth], other: tuple[Foreseen, Truth]
) -> Iterator[Reconciled]:
    for metric in METRICS:
        estimate = gap_of(one[0], other[0], metric, (past.asked.confidence, 1.0)).estimate
        if metric in one[1] and metric in other[1] and estimate.value is not None:
            yield _row(past, names, metric, estimate, one[1][metric] - other[1][metric])


def _row(past: _Past, names: tuple[str, str], metric: str, estimate: Estimate, truth: float) -> Reconciled:
    value, low, high = (float(one or 0.0) for one in (estimate.value, estimate.low, estimate.high))
    return Reconciled(
        cohort=name(past.cohort, past.asked.period),
        begins=begins(past.cohort, past.asked.period),
        taught_until=day_of(past.lessons.last),
        attribute=past.leads.attribute,
        group=names[0],
        reference=names[1],
        metric=metric,
        estimate=estimate,
        truth=truth,
        error=value - truth,
        held=low - _ROUNDING <= truth <= high + _ROUNDING,
    )
