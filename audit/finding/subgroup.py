"""The finding of a subgroup that the search found: a crossing with fields, or one deeper than was compared.

Its severity goes by the rule of `audit.finding.severity`, from what the group is surely behind whatever
could explain it (``surely`` of `audit.subgroups.model.Subgroup`): below two tolerances medium, from two
on high, and one step up for a special category. Whether outcomes explain it is not weighed, since a
subgroup this small seldom has the outcomes for it. A subgroup that is not surely behind by a tolerance, or
that already is a finding as a crossing, makes none. Groups that a search finds overlap in what they say and
are many where a field decides much, so only the worst `MOST` are findings; the report lists all of them.
"""

from __future__ import annotations

from audit.finding.case import is_special
from audit.finding.facts import Facts
from audit.finding.severity import LARGE
from audit.finding.value import SEVERITIES, Finding, Severity, evidence, identity, lines
from audit.finding.words import count
from audit.subgroups.model import Subgroup

OTHERS = "all other leads"
MOST = 3
"""Findings of the search: more would bury what is found attribute by attribute."""


def subgroup_findings(facts: Facts, told: list[Finding]) -> list[Finding]:
    """The worst subgroups of the search that surely exceed the tolerance and are not told yet, worst first.

    At most `MOST`; the last one says how many more there are, and where.
    """
    known = {frozenset(zip(one.attribute, one.group, strict=True)) for one in told if one.verdict == "fail"}
    sized = [
        (size, one)
        for one in facts.subgroups
        if one.found_by == "search" and one.conditions not in known
        if (size := _tolerances(one, facts)) >= 1
    ]
    made = [_finding(one, size, facts) for size, one in sized]
    worst = sorted(made, key=lambda one: -SEVERITIES.index(one.severity))
    more = len(worst) - MOST
    return worst[:MOST] if more <= 0 else [*worst[: MOST - 1], worst[MOST - 1].adding(_more(more))]


def _more(n: int) -> str:
    groups = "group is" if n == 1 else "groups are"
    return f"{n} more such {groups} listed under 'Who is treated worst'."


def _finding(one: Subgroup, size: float, facts: Facts) -> Finding:
    special = is_special(one.attribute, facts)
    level = f"{facts.stream.audit.confidence * 100:.3g} %"
    return Finding(
        id=identity(one.attribute, one.group, one.metric),
        severity=_severity(size, special=special),
        verdict="fail",
        attribute=one.attribute,
        group=one.group,
        metric=one.metric,
        text=lines(
            one.text or "",
            "No part of this description says as much: the group is also behind the leads that share all but "
            "one of its conditions, by more than that condition makes out elsewhere.",
            f"A search found it, and {count(one.n)} of the group that the search had not looked at confirm it"
            f" at {level}, corrected for all that were tested.",
        ),
        special_category=special,
        evidence=evidence(
            kind="difference",
            value=one.value,
            low=one.low,
            high=one.high,
            n=one.n,
            p_adjusted=one.p_adjusted,
            reference=OTHERS,
            tolerances=round(size, 2),
            worse_off=" x ".join(one.group),
        ),
    )


def _severity(size: float, *, special: bool) -> Severity:
    step = SEVERITIES.index("high" if size >= LARGE else "medium") + special
    return SEVERITIES[step]


def _tolerances(one: Subgroup, facts: Facts) -> float:
    """By how many tolerances at least the group is behind whatever could explain it."""
    wide = (facts.width or 1.0) if one.metric == "mean_score" else 1.0
    return (one.surely or 0.0) / (facts.stream.audit.tolerance_difference * wide)
