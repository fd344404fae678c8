"""Findings and gaps of a report as they are kept."""

from __future__ import annotations

from audit.disparity import Disparity
from audit.finding import Finding
from audit.history.model import Noted, Point
from audit.report.model import Report


def noted(one: Finding) -> Noted:
    """A finding without its evidence."""
    return Noted(
        id=one.id,
        severity=one.severity,
        verdict=one.verdict,
        attribute=one.attribute,
        group=one.group,
        metric=one.metric,
        headline=one.headline,
        special_category=one.special_category,
    )


def point_of(one: Disparity) -> Point | None:
    """A comparison as a point; None where it has no interval."""
    if one.value is None or one.low is None or one.high is None:
        return None
    return Point(
        attribute=one.attribute,
        group=one.group,
        reference=one.reference,
        metric=one.metric,
        kind=one.kind,
        value=one.value,
        low=one.low,
        high=one.high,
        n=one.n,
    )


def told_point(report: Report, finding: Finding) -> Point | None:
    """The gap that a finding is led by: among the comparisons, else as its evidence says."""
    facts = dict(finding.evidence)
    kind = "ratio" if facts.get("kind") == "ratio" else "difference"
    found = find(report, finding, kind)
    if found is not None:
        return found
    value, low, high, n = (facts.get(name) for name in ("value", "low", "high", "n"))
    numbers = [one for one in (value, low, high) if isinstance(one, int | float)]
    if len(numbers) < len(("value", "low", "high")) or not isinstance(n, int):
        return None
    return Point(
        attribute=finding.attribute,
        group=finding.group,
        reference=(str(facts.get("reference") or ""),),
        metric=finding.metric,
        kind="ratio" if kind == "ratio" else "difference",
        value=float(numbers[0]),
        low=float(numbers[1]),
        high=float(numbers[2]),
        n=n,
    )


def find(report: Report, finding: Finding, kind: str) -> Point | None:
    """The comparison of a report that a finding (of it, or of another report) is about."""
    key = (finding.attribute, finding.group, finding.metric, kind)
    for one in report.disparities:
        if (one.attribute, one.group, one.metric, one.kind) == key:
            return point_of(one)
    return None
