"""Findings for information: what could not be judged, and what passed."""

from __future__ import annotations

from dataclasses import replace

from audit.disparity import Verdict
from audit.finding.case import Case, is_special
from audit.finding.facts import Facts, Names
from audit.finding.sentences import insufficient_sentence, many_insufficient_sentence, pass_sentence
from audit.finding.value import Evidence, Finding, evidence, identity

NAMED_ONE_BY_ONE = 10


def undecided(cases: list[Case], facts: Facts) -> list[Finding]:
    """The groups that need fewest leads one by one, the rest together."""
    cases = sorted(cases, key=lambda case: (_needed(case), case.group))
    found = [_short(case, facts) for case in cases[:NAMED_ONE_BY_ONE]]
    rest = cases[NAMED_ONE_BY_ONE:]
    if rest:
        text = many_insufficient_sentence(rest[0].attribute[0], len(rest))
        found.append(_info(rest[0].attribute, "insufficient", text, evidence(groups=len(rest))))
    return [replace(one, special_category=is_special(one.attribute, facts)) for one in found]


def _short(case: Case, facts: Facts) -> Finding:
    one = max((gap.disparity for gap in case.leading), key=lambda one: one.n_needed or 0)
    estimate = facts.estimate(case.attribute, case.group, one.metric)
    n = estimate.n if estimate else one.n
    shown = evidence(n=n, n_needed=one.n_needed, reference=" x ".join(one.reference), metric=one.metric)
    made = _info(case.attribute, "insufficient", insufficient_sentence(one, n), shown)
    return replace(made, group=case.group, id=identity(case.attribute, case.group, "insufficient"))


def _needed(case: Case) -> float:
    return max(one.disparity.n_needed or float("inf") for one in case.leading)


def passed(cases: list[Case], singles: list[Case], facts: Facts) -> list[Finding]:
    """One finding for all groups of an attribute that passed."""
    if not cases:
        return []
    attribute = cases[0].attribute
    others = sum(case.attribute == attribute for case in singles) - len(cases)
    text = pass_sentence(attribute[0], tuple(case.leading[0] for case in cases), others)
    found = _info(attribute, "pass", text, evidence(groups=len(cases), others=others))
    return [replace(found, special_category=is_special(attribute, facts))]


def _info(attribute: Names, verdict: Verdict, text: str, shown: Evidence) -> Finding:
    return Finding(
        id=identity(attribute, (), verdict),
        severity="info",
        verdict=verdict,
        attribute=attribute,
        group=(),
        metric="all",
        text=text,
        special_category=False,
        evidence=shown,
    )
