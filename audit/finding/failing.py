"""The finding of a group that fails: led by what happens to its leads, the rest as evidence."""

from __future__ import annotations

from dataclasses import replace

from audit.finding.case import Case, is_special
from audit.finding.controls import control_sentence, explained
from audit.finding.conversion import Conversion, conversion
from audit.finding.conversion_words import outcome_sentence
from audit.finding.facts import Facts, Gap
from audit.finding.reading import ABOUT_ALL_LEADS
from audit.finding.sentences import (
    also,
    certainty_sentence,
    equal_chance_sentence,
    headline,
)
from audit.finding.severity import Circumstances, severity
from audit.finding.value import Evidence, Fact, Finding, evidence, identity, lines

EQUAL_CHANCE = "true_positive_rate"


def failed(case: Case, facts: Facts) -> Finding:
    """The finding of a group with at least one failing comparison."""
    lead = _lead(case.failing)
    about_all = lead.reading.tier in ABOUT_ALL_LEADS and not lead.reading.neutral
    outcome = conversion(lead, facts) if about_all else None
    others = tuple(one for one in case.failing if one.disparity is not lead.disparity)
    special = is_special(case.attribute, facts)
    weighed = Circumstances(
        special=special,
        equal_chance=not _unequal(lead, others),
        explained=explained(tuple(one for one in case.failing if _same_metric(one, lead)), facts),
    )
    return Finding(
        id=identity(case.attribute, case.group, lead.disparity.metric),
        severity=severity(lead, outcome, weighed),
        verdict="fail",
        attribute=case.attribute,
        group=case.group,
        metric=lead.disparity.metric,
        text=_text(lead, others, outcome, facts),
        special_category=special,
        evidence=_failed_evidence(lead, others, outcome),
    )


def _lead(failing: tuple[Gap, ...]) -> Gap:
    """The most direct metric, as a difference where that fails, as large as its worst kind."""
    worst = min(failing, key=lambda one: (one.reading.tier, -one.size))
    same = [one for one in failing if _same_metric(one, worst)]
    return replace(same[0], size=worst.size)


def _same_metric(one: Gap, other: Gap) -> bool:
    return one.disparity.metric == other.disparity.metric


def _unequal(lead: Gap, others: tuple[Gap, ...]) -> list[Gap]:
    """Gaps among leads that converted, against the side that the leading gap puts behind."""
    return [
        one
        for one in (lead, *others)
        if one.disparity.metric == EQUAL_CHANCE and one.worse_off == lead.worse_off
    ]


def _text(lead: Gap, others: tuple[Gap, ...], outcome: Conversion | None, facts: Facts) -> str:
    outcomes = outcome_sentence(lead, outcome) if outcome is not None else ""
    unequal = [one for one in _unequal(lead, others) if not _same_metric(one, lead)]
    chance = [equal_chance_sentence(one) for one in unequal[:1]]
    rest = tuple(one for one in others if not _same_metric(one, lead) and one not in unequal)
    controls = control_sentence(lead, facts)
    said = (
        lead.reading.meaning,
        outcomes,
        *chance,
        controls,
        certainty_sentence(lead, facts),
        also(lead, rest),
    )
    return lines(headline(lead, outcome, facts), *said)


def _failed_evidence(lead: Gap, others: tuple[Gap, ...], outcome: Conversion | None) -> Evidence:
    one = lead.disparity
    rest = {f"{gap.disparity.metric}.{gap.disparity.kind}": gap.disparity.value for gap in others}
    return evidence(
        kind=one.kind,
        value=one.value,
        low=one.low,
        high=one.high,
        n=one.n,
        p_adjusted=one.p_adjusted,
        reference=" x ".join(one.reference),
        tolerances=round(lead.size, 2),
        worse_off=None if lead.reading.neutral else " x ".join(lead.worse_off),
        **_converts(outcome),
        **rest,
    )


def _converts(outcome: Conversion | None) -> dict[str, Fact]:
    if outcome is None:
        return {}
    return {
        "converts": outcome.standing,
        "base_rate_worse_off": outcome.worse_off.value,
        "base_rate_better_off": outcome.better_off.value,
    }
