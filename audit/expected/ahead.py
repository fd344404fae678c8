"""Estimates of the leads that are open now: by group and cohort, and gaps between groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.disparity import Verdict
from audit.estimate import Estimate
from audit.expected.asked import Asked
from audit.expected.cohorts import cohort_of, name
from audit.expected.foresee import (
    Common,
    Foreseen,
    Group,
    bounds_of,
    common,
    estimate_of,
    foreseen,
    gap_bounds,
    gap_of,
    group_of,
)  # fmt: skip
from audit.expected.leads import Leads
from audit.expected.lessons import Lessons, lessons_of
from audit.expected.model import METRICS, ExpectedGap, Forecast, Record
from audit.expected.steps import STATES, counted
from audit.expected.trust import Factors
from audit.inference import holm, normal_p

DRAWS = 1000
ALL = -1
"""The number of all cohorts together."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ahead:
    """The leads of one attribute without an outcome, and what is learned about them on the newest day."""

    leads: Leads
    cohort: IntArray
    lessons: Lessons
    shared: Common
    asked: Asked
    factors: Factors


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGap:
    """A gap with how far it lies outside the tolerance, in standard errors; NaN where it is undefined."""

    gap: ExpectedGap
    beyond: float


def unseen(leads: Leads, asked: Asked) -> Leads:
    """Leads without a usable outcome that are still young, where the stream says how long they are."""
    young = leads.day <= asked.as_of
    if asked.maturity_days is not None:
        young &= leads.day > asked.as_of - asked.maturity_days
    return leads.where((leads.open + leads.unworked > 0) & young)


def ahead(leads: Leads, asked: Asked, factors: Factors) -> Ahead | None:
    """Learn what is known on the newest day; None where that is nothing."""
    found = unseen(leads, asked)
    lessons = lessons_of(leads, asked.as_of - (asked.maturity_days or 0), found)
    if lessons is None:
        return None
    return Ahead(
        leads=found,
        cohort=cohort_of(found.day, asked.period),
        lessons=lessons,
        shared=common(lessons, DRAWS, asked.seed, higher_is_better=asked.higher_is_better),
        asked=asked,
        factors=factors,
    )


def forecasts(made: Ahead, places: list[int]) -> Iterator[Forecast]:
    """Every metric of these groups: of all their open leads, then of each cohort."""
    for place in places:
        group = group_of(made.lessons, place, made.shared)
        of_group = (made.leads.group == place) & (made.leads.open > 0)
        for cohort in (ALL, *np.unique(made.cohort[of_group]).tolist()):
            one = _foreseen(made, place, group, cohort)
            yield from (_forecast(made, (place, cohort), metric, one) for metric in METRICS)


def gaps(made: Ahead, places: list[int], reference: str | None, tolerance: float) -> Iterator[OpenGap]:
    """Gaps of these groups to the reference, over all open leads."""
    names = made.leads.names
    if reference not in {names[one] for one in places}:
        return
    base = names.index(reference)
    beside = _foreseen(made, base, group_of(made.lessons, base, made.shared, reference=True), ALL)
    for place in places:
        if place != base:
            one = _foreseen(made, place, group_of(made.lessons, place, made.shared), ALL)
            pair = (names[place], reference)
            yield from (_gap(made, pair, metric, (one, beside), tolerance) for metric in METRICS)


def judged(found: tuple[OpenGap, ...], tolerance: float, confidence: float) -> tuple[ExpectedGap, ...]:
    """Gaps with their verdicts: a fail must also stand with all of them taken together."""
    beyond = np.array([one.beyond for one in found], dtype=np.float64)
    tested = np.isfinite(beyond)
    p = np.ones(len(found))
    if tested.any():
        p[tested] = holm(np.where(beyond[tested] > 0, normal_p(beyond[tested]), 1.0))
    return tuple(
        replace(one.gap, verdict=_verdict(one.gap.estimate, tolerance, sure=sure))
        for one, sure in zip(found, (p < 1 - confidence).tolist(), strict=True)
    )


def _verdict(estimate: Estimate, tolerance: float, *, sure: bool) -> Verdict:
    if estimate.low is None or estimate.high is None:
        return "insufficient"
    if estimate.low > tolerance or estimate.high < -tolerance:
        return "fail" if sure else "insufficient"
    return "pass" if estimate.low >= -tolerance and estimate.high <= tolerance else "insufficient"


def _foreseen(made: Ahead, place: int, group: Group, cohort: int) -> Foreseen:
    rows = made.leads.group == place
    of = made.leads.where(rows if cohort == ALL else rows & (made.cohort == cohort))
    n = made.lessons.count(of, of.open)[place]
    return foreseen(group, made.lessons, n, _unworked(of), made.shared)


def _unworked(of: Leads) -> FloatArray:
    return counted(of.state, of.unworked, (STATES,))


def _forecast(made: Ahead, where: tuple[int, int], metric: str, one: Foreseen) -> Forecast:
    place, cohort = where
    record, confidence = made.factors.get((metric, False)), made.asked.confidence
    estimate = _withheld(record, one) or estimate_of(one, metric, confidence, _factor(record))
    if one.n < made.asked.minimum_group:
        estimate = Estimate.missing(f"only {one.n} open leads; {made.asked.minimum_group} are needed", one.n)
    low, high = bounds_of(one, metric, confidence) if estimate.value is not None else (None, None)
    return Forecast(
        attribute=made.leads.attribute,
        group=made.leads.names[place],
        cohort="" if cohort == ALL else name(cohort, made.asked.period),
        metric=metric,
        estimate=estimate,
        all_low=low,
        all_high=high,
        taught=one.taught,
        won=one.won,
    )


def _gap(
    made: Ahead, names: tuple[str, str], metric: str, pair: tuple[Foreseen, Foreseen], tolerance: float
) -> OpenGap:
    record, confidence = made.factors.get((metric, True)), made.asked.confidence
    found = gap_of(*pair, metric, (confidence, _factor(record)))
    estimate = _withheld(record, pair[0]) or found.estimate
    low, high = gap_bounds(*pair, metric, confidence) if estimate.value is not None else (None, None)
    gap = ExpectedGap(
        attribute=made.leads.attribute,
        group=names[0],
        reference=names[1],
        metric=metric,
        estimate=estimate,
        all_low=low,
        all_high=high,
        verdict="insufficient",
    )
    return OpenGap(gap=gap, beyond=_beyond(estimate, found.error, tolerance))


def _beyond(estimate: Estimate, error: float, tolerance: float) -> float:
    if estimate.value is None:
        return np.nan
    away = max(abs(estimate.value) - tolerance, 0.0)
    return away / error if error > 0 else np.inf if away else 0.0


def _withheld(record: Record | None, one: Foreseen) -> Estimate | None:
    if record is None or record.state != "withheld":
        return None
    reason = f"withheld: only {record.held} of {record.compared} such estimates held what became of the leads"
    return Estimate.missing(reason, one.n)


def _factor(record: Record | None) -> float:
    return 1.0 if record is None or record.factor is None else record.factor
