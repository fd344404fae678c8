"""Findings about what people do with leads: one per group that is treated otherwise, at equal score first."""

from __future__ import annotations

from audit.disparity import Verdict
from audit.finding.case import Case, cases, is_special
from audit.finding.facts import Facts, Gap
from audit.finding.failing import failed_evidence
from audit.finding.sentences import also, certainty_sentence, statement, values
from audit.finding.severity import Circumstances, severity
from audit.finding.value import Finding, evidence, identity, lines
from audit.finding.words import (
    amount,
    briefly,
    count,
    hours,
    listed,
    more_leads,
    named,
    plain,
    quoted,
    sentence,
)
from audit.rows.treatment import EqualMedian

EQUAL = "equal_score_"
WAIT = "equal_score_hours_to_contact"
ORDER = (
    WAIT,
    "equal_score_within_24h",
    "equal_score_contact_rate",
    "equal_score_touches",
    "equal_score_contact_pace",
    "equal_score_within_1h",
    "equal_score_reassignment_rate",
)
WHATEVER = "This is whatever the score: at equal score no gap is sure, so the score may explain it."
SHOWN = 10
MANY_HOURS = 96.0


def treatment_findings(facts: Facts) -> list[Finding]:
    """One finding for each group that is treated otherwise, and one for all others of an attribute.

    A gap at equal score leads where there is one: the score does not explain it. A gap that is only there
    whatever the score weighs a step less.
    """
    made = cases(facts, treatment=True)
    found = [_failed(case, facts) for case in made if case.failing]
    for attribute in dict.fromkeys(case.attribute for case in made):
        rest = [case for case in made if case.attribute == attribute and not case.failing]
        found += _quiet(rest, facts)
    return found


def _failed(case: Case, facts: Facts) -> Finding:
    equal = [one for one in case.failing if one.disparity.metric in ORDER]
    lead = min(equal, key=_place) if equal else max(case.failing, key=lambda one: one.size)
    others = tuple(one for one in case.failing if one.disparity is not lead.disparity)
    special = is_special(case.attribute, facts)
    weighed = Circumstances(special=special, equal_chance=False, explained=not equal)
    return Finding(
        id=identity(case.attribute, case.group, lead.disparity.metric),
        severity=severity(lead, None, weighed),
        verdict="fail",
        attribute=case.attribute,
        group=case.group,
        metric=lead.disparity.metric,
        text=_text(lead, others, facts),
        special_category=special,
        evidence=failed_evidence(lead, others, None),
    )


def _place(one: Gap) -> tuple[int, bool]:
    return ORDER.index(one.disparity.metric), one.disparity.kind == "ratio"


def _text(lead: Gap, others: tuple[Gap, ...], facts: Facts) -> str:
    rest = tuple(one for one in others if one.disparity.metric != lead.disparity.metric)
    medians = _medians(lead, facts)
    told = sentence(f"{statement(lead)}{values(lead, facts)}")
    first = [_median_headline(lead, medians), told] if medians else [told]
    equal = lead.disparity.metric.startswith(EQUAL)
    return lines(
        first[0],
        *first[1:],
        lead.reading.meaning,
        "" if equal else WHATEVER,
        certainty_sentence(lead, facts),
        "" if lead.group_is_worse_off else _who_loses(lead),
        *_rest(lead, rest),
    )


def _who_loses(lead: Gap) -> str:
    """Said where it is not the group that the finding names."""
    return sentence(f"here {briefly(lead.disparity.attribute, lead.worse_off)} fare worse")


def _rest(lead: Gap, rest: tuple[Gap, ...]) -> tuple[str, ...]:
    """Further metrics that fail: those that point the same way, and those that point the other way."""
    same = tuple(one for one in rest if one.worse_off == lead.worse_off)
    contrary = tuple(one for one in rest if one.worse_off != lead.worse_off)
    who = briefly(lead.disparity.attribute, lead.better_off)
    against = also(lead, contrary).removeprefix("Also outside the tolerance: ")
    return also(lead, same), f"The other way round, {who} fare worse by {against}" if against else ""


def _medians(lead: Gap, facts: Facts) -> EqualMedian | None:
    """Medians that lie the same way as the gap; None where they do not, or were not reached."""
    one = lead.disparity
    if one.metric != WAIT:
        return None
    for found in facts.medians:
        if (found.attribute, found.group) == (one.attribute, one.group):
            agree = (found.hours - found.reference_hours) * (one.value or 0.0) > 0
            return found if agree else None
    return None


def _median_headline(lead: Gap, found: EqualMedian) -> str:
    one = lead.disparity
    return sentence(
        f"at equal score, {named(one.attribute, one.group)} wait a median of {_duration(found.hours)} for a"
        f" first contact; {briefly(one.attribute, one.reference)} wait {_duration(found.reference_hours)}"
    )


def _duration(value: float) -> str:
    """Hours, or days where there are many."""
    return hours(value) if value < MANY_HOURS else f"{amount(value / 24)} days"


def _quiet(rest: list[Case], facts: Facts) -> list[Finding]:
    """The groups of an attribute whose treatment passed at equal score, or could not be judged."""
    split: dict[Verdict, list[Case]] = {"insufficient": [], "pass": []}
    for case in rest:
        passed = all(one.disparity.verdict == "pass" for one in _leading(case))
        split["pass" if passed else "insufficient"].append(case)
    return [_summary(verdict, some, facts) for verdict, some in split.items() if some]


def _leading(case: Case) -> tuple[Gap, ...]:
    """The comparisons of the most telling metric, at equal score where there is one."""
    present = {one.disparity.metric for one in case.gaps}
    first = next((name for name in ORDER if name in present), case.gaps[0].disparity.metric)
    return tuple(one for one in case.gaps if one.disparity.metric == first)


def _summary(verdict: Verdict, some: list[Case], facts: Facts) -> Finding:
    attribute, lead = some[0].attribute, _leading(some[0])[0]
    more = [f"{len(some) - SHOWN:,} more"] if len(some) > SHOWN else []
    names = listed((*(quoted(case.group[0]) for case in some[:SHOWN]), *more))
    who = f"{count(len(some), 'group')} of {plain(attribute[0])} ({names})"
    against = briefly(attribute, lead.disparity.reference)
    text = (
        f"At equal score, people treat {who} like {against}, within the tolerance."
        if verdict == "pass"
        else f"There is not enough data to say whether people treat {who} like {against} at equal score."
    )
    return Finding(
        id=identity(attribute, (), f"treatment {verdict}"),
        severity="info",
        verdict=verdict,
        attribute=attribute,
        group=(),
        metric="all",
        text=lines(text, _judged_by(lead), *(_open(some) if verdict == "pass" else _needs(some))),
        special_category=is_special(attribute, facts),
        evidence=evidence(groups=len(some), reference=" x ".join(lead.disparity.reference)),
    )


def _judged_by(lead: Gap) -> str:
    label = f"\N{LEFT DOUBLE QUOTATION MARK}{lead.reading.label}\N{RIGHT DOUBLE QUOTATION MARK}"
    return f"They are judged by {label}."


def _open(some: list[Case]) -> tuple[str, ...]:
    others = sum(one.disparity.verdict == "insufficient" for case in some for one in case.gaps)
    have = "has" if others == 1 else "have"
    text = f"{count(others, 'comparison')} of other metrics {have} too little data for a verdict."
    return (text,) if others else ()


def _needs(some: list[Case]) -> tuple[str, ...]:
    """How many leads each group would need, or why no number can be said."""
    each = []
    for case in some[:SHOWN]:
        lead = next(one.disparity for one in _leading(case) if one.disparity.verdict == "insufficient")
        who = f"{quoted(case.group[0])} ({count(lead.n)})"
        if lead.n_needed is not None:
            each.append(f"{who} needs {more_leads(lead.n_needed - lead.n)}")
        else:
            each.append(
                f"{who} cannot be judged: {lead.undefined or 'the gap is too close to the tolerance'}"
            )
    return (f"If the figures stay as they are: {'; '.join(each)}.",)
