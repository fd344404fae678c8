"""The finding for information about the groups of an attribute that passed."""

from __future__ import annotations

from audit.finding.case import Case
from audit.finding.facts import Facts, Gap
from audit.finding.option_reading import OPTION_METRICS
from audit.finding.quiet import quiet
from audit.finding.sentences import statement
from audit.finding.value import Finding, evidence, lines
from audit.finding.words import briefly, count, listed, named, plain, quoted, sentence

NAMED = 3


def passed(cases: list[Case], singles: list[Case], facts: Facts) -> list[Finding]:
    """One finding for all groups of an attribute that passed."""
    if not cases:
        return []
    attribute = cases[0].attribute
    others = sum(case.attribute == attribute for case in singles) - len(cases)
    text = lines(_headline(cases), _widest(cases), _still_open(cases), _others(others))
    return [quiet(attribute, "pass", text, evidence(groups=len(cases), others=others), facts)]


def _headline(cases: list[Case]) -> str:
    attribute, first = cases[0].attribute, cases[0].leading[0]
    label = first.reading.label
    reference = briefly(attribute, first.disparity.reference)
    within = f"{_named_label(first, label)} lies within the tolerance of that of {reference}"
    return f"No material gap was found for {_who(cases)}: their {within}."


def _named_label(first: Gap, label: str) -> str:
    if first.disparity.metric.startswith(OPTION_METRICS):
        return "share at each level" if "level" in first.disparity.metric else "share given each option"
    return f"{label[:1].lower()}{label[1:]}"


def _who(cases: list[Case]) -> str:
    if len(cases) == 1:
        return named(cases[0].attribute, cases[0].group)
    names = [quoted(case.group[0]) for case in cases[:NAMED]]
    more = [f"{len(cases) - NAMED:,} more"] if len(cases) > NAMED else []
    return f"{count(len(cases), 'group')} of {plain(cases[0].attribute[0])} ({listed((*names, *more))})"


def _widest(cases: list[Case]) -> str:
    gaps: list[Gap] = [gap for case in cases for gap in case.leading if gap.disparity.kind == "difference"]
    widest = max(gaps, key=lambda gap: abs(gap.disparity.value or 0.0))
    return f"The widest gap: {statement(widest)}." if len(gaps) > 1 else sentence(statement(widest))


def _still_open(cases: list[Case]) -> str:
    others = sum(gap.disparity.verdict == "insufficient" for case in cases for gap in case.gaps)
    have = "has" if others == 1 else "have"
    return (
        f"{count(others, 'comparison')} of other metrics {have} too little data for a verdict."
        if others
        else ""
    )


def _others(others: int) -> str:
    return f"{count(others, 'other group')} did not pass or could not be judged." if others else ""
