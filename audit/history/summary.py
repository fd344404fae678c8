"""An audit in few numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from audit.disparity import Disparity
from audit.history.compare import changes
from audit.history.model import Overview, Point
from audit.history.points import noted, point_of, told_point
from audit.report.model import Report

KEPT = frozenset({"selection_rate", "true_positive_rate", "mean_score", "contact_rate"})
"""Metrics whose gaps are kept for every group of a single attribute, so that a later audit has a past."""


def overview(report: Report, before: Report | None = None) -> Overview:
    """The overview of an audit, with what changed since the one before it where that is given."""
    verdicts = Counter(one.verdict for one in report.disparities)
    return Overview(
        stream=report.stream,
        kept=report.kept,
        passed=verdicts["pass"],
        failed=verdicts["fail"],
        unsure=verdicts["insufficient"],
        confidence=report.settings.confidence,
        findings=tuple(noted(one) for one in report.findings),
        points=tuple(dict.fromkeys(_points(report))),
        changes=None if before is None else changes(before, report),
    )


def _points(report: Report) -> Iterator[Point]:
    """Gaps of the findings first, then the main gaps of each group."""
    for finding in report.findings:
        point = told_point(report, finding)
        if point is not None:
            yield point
    for one in report.disparities:
        point = point_of(one)
        if point is not None and _main(one):
            yield point


def _main(one: Disparity) -> bool:
    return one.kind == "difference" and len(one.attribute) == 1 and one.metric in KEPT
