"""What the audit found about each group, as far as the flag of a lead depends on it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from audit.disparity import Disparity
from audit.finding.conversion import conversion
from audit.finding.facts import Facts, Gap, gap
from audit.report.model import Report
from audit.schema import Stream

DECISIONS = ("selection_rate", "true_positive_rate", "false_negative_rate")
AMONG_CONVERTED = ("true_positive_rate", "false_negative_rate")
JUDGING = (*DECISIONS, "mean_score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One group: whether it was judged, and by how many points of score it is put behind.

    ``behind`` is 0 where a decision gap fails without a measured gap in mean score, and NaN where
    no decision gap puts the group behind. ``losing`` says whether any does, the outcomes explaining it
    or not.
    """

    judged: bool = False
    behind: float = math.nan
    losing: bool = False


def standings(attribute: str, stream: Stream, report: Report) -> Mapping[str, Standing]:
    """The groups of one attribute that any comparison speaks of.

    Where nobody is known to be selected, the comparison of mean scores stands in for decisions.
    A group is put behind by a failing comparison of decisions, unless the outcomes known so far
    explain it: it surely converts less often, and fares alike among leads that converted. The
    reference is on the losing side only where it has a single other group, since one favoured
    group among many does not make the score of the reference wrong.
    """
    own = [one for one in report.disparities if one.attribute == (attribute,) and one.metric in JUDGING]
    facts = Facts(stream=stream, estimates=report.estimates, disparities=report.disparities)
    judged = {one.group[0] for one in own if one.verdict != "insufficient"}
    if judged:
        judged |= {one.reference[0] for one in own}
    behind: dict[str, float] = {}
    failing = _failing(own, facts)
    losing = {one.worse_off[0] for one in failing}
    for one in _unexplained(failing, own, facts):
        name = one.worse_off[0]
        behind[name] = max(behind.get(name, 0.0), _points(one.disparity, own))
    names = judged | behind.keys() | losing
    return {
        name: Standing(judged=name in judged, behind=behind.get(name, math.nan), losing=name in losing)
        for name in names
    }


def alike(groups: list[Standing]) -> list[Standing]:
    """Every group as the one that is furthest behind, and judged where any was."""
    behind = [one.behind for one in groups if not math.isnan(one.behind)]
    same = Standing(
        judged=any(one.judged for one in groups),
        behind=max(behind, default=math.nan),
        losing=any(one.losing for one in groups),
    )
    return [same] * len(groups)


def _failing(own: list[Disparity], facts: Facts) -> list[Gap]:
    decisive = DECISIONS if any(one.metric in DECISIONS for one in own) else JUDGING
    return [gap(one, facts.stream, None) for one in own if one.metric in decisive and one.verdict == "fail"]


def _unexplained(failing: list[Gap], own: list[Disparity], facts: Facts) -> list[Gap]:
    unequal = {
        (one.disparity.group, one.worse_off) for one in failing if one.disparity.metric in AMONG_CONVERTED
    }
    alone = len({one.group for one in own}) == 1
    return [
        one
        for one in failing
        if (one.group_is_worse_off or alone)
        and ((one.disparity.group, one.worse_off) in unequal or not _explained(one, facts))
    ]


def _explained(one: Gap, facts: Facts) -> bool:
    found = conversion(one, facts)
    return found is not None and found.standing == "less"


def _points(one: Disparity, own: list[Disparity]) -> float:
    """The measured gap in mean score between the same two groups."""
    same = (each for each in own if each.metric == "mean_score" and each.kind == "difference")
    return max((abs(each.value or 0.0) for each in same if each.group == one.group), default=0.0)
