"""Findings for information: the groups of an attribute that could not be judged, and why."""

from __future__ import annotations

import math

from audit.disparity import Disparity
from audit.estimate import Estimate
from audit.finding.case import Case
from audit.finding.facts import Facts, Gap, Names, tolerance
from audit.finding.quiet import quiet
from audit.finding.value import Finding, evidence, lines
from audit.finding.words import briefly, count, listed, more_leads, named, plain, quoted

NAMED_ONE_BY_ONE = 10
FEASIBLE = 20
"""With more times its leads than this, a reference group is not what is lacking."""


def undecided(cases: list[Case], facts: Facts) -> list[Finding]:
    """The groups of an attribute without a verdict, those that need fewest leads first."""
    if not cases:
        return []
    cases = sorted(cases, key=_nearest_first)
    attribute, reference = cases[0].attribute, cases[0].leading[0].disparity.reference
    shown = cases[:NAMED_ONE_BY_ONE]
    finite = [need for case in cases if (need := needed(case)) is not None]
    told = evidence(
        groups=len(cases),
        metric=cases[0].leading[0].disparity.metric,
        n_needed=max(finite) if len(finite) == len(cases) else None,
        reference=" x ".join(reference),
    )
    text = lines(_headline(cases, shown), _needs(shown, facts))
    return [quiet(attribute, "insufficient", text, told, facts)]


def _nearest_first(case: Case) -> tuple[float, Names]:
    need = needed(case)
    return math.inf if need is None else need - case.leading[0].disparity.n, case.group


def needed(case: Case) -> int | None:
    """Leads the group would need for all verdicts on its leading metric; None where no number is enough."""
    needs = [one.n_needed for one in _open(case)]
    finite = [need for need in needs if need is not None]
    return max(finite) if len(finite) == len(needs) else None


def _open(case: Case) -> list[Disparity]:
    return [gap.disparity for gap in case.leading if gap.disparity.verdict == "insufficient"]


def _headline(cases: list[Case], shown: list[Case]) -> str:
    attribute, reference = cases[0].attribute, cases[0].leading[0].disparity.reference
    against = f"against {briefly(attribute, reference)}"
    if len(cases) == 1:
        return f"There is not enough data to judge {named(attribute, cases[0].group)} {against}."
    more = (count(len(cases) - len(shown), "more group"),) if len(cases) > len(shown) else ()
    names = listed((*(quoted(case.group[0]) for case in shown), *more))
    groups = count(len(cases), "group")
    return f"There is not enough data to judge {groups} of {plain(attribute[0])} {against}: {names}."


def _needs(cases: list[Case], facts: Facts) -> str:
    """What each group would need, sentence by sentence."""
    finite = [case for case in cases if needed(case) is not None]
    each = tuple(_need(case) for case in finite)
    reasons: dict[str, list[Case]] = {}
    for case in cases:
        if needed(case) is None:
            reasons.setdefault(_why(case, facts), []).append(case)
    said = [f"If the rates stay as they are, {listed(each)}."] if each else []
    said += [f"For {listed(tuple(_sized(case) for case in some))} {why}." for why, some in reasons.items()]
    return " ".join(said)


def _need(case: Case) -> str:
    more = (needed(case) or 0) - case.leading[0].disparity.n
    return f"{_sized(case)} needs {more_leads(more)}"


def _sized(case: Case) -> str:
    return f"{quoted(case.group[0])} ({count(case.leading[0].disparity.n)})"


def _why(case: Case, facts: Facts) -> str:
    """Why no number of leads of the group is enough."""
    gap = next(gap for gap in case.leading if gap.disparity in _open(case) and gap.disparity.n_needed is None)
    one = gap.disparity
    if one.undefined:
        return f"the comparison stays open: {one.undefined}"
    other = facts.estimate(one.attribute, one.reference, one.metric)
    if other is not None and other.n < facts.stream.audit.minimum_group:
        return f"the reference group is too small ({count(other.n)})"
    if other is not None and 1 <= _times(gap, other, facts) <= FEASIBLE:
        return f"the reference group ({count(other.n)}) is too small to tell a gap this near to the tolerance"
    return "the gap is too close to the tolerance to tell"


def _times(gap: Gap, reference: Estimate, facts: Facts) -> float:
    """How many times its leads the reference would need, were its uncertainty the only one."""
    scale = (lambda x: math.log(x) if x > 0 else -math.inf) if gap.disparity.kind == "ratio" else float
    value, allowed = scale(gap.disparity.value or 0.0), tolerance(gap, facts.stream, facts.width)
    half = (scale(reference.high or 0.0) - scale(reference.low or 0.0)) / 2
    distance = abs(abs(value) - allowed)
    return (half / distance) ** 2 if distance > 0 else math.inf
