"""The findings of an audit at a glance: how many of each severity, and which is the worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from audit.finding.value import SEVERITIES, Finding, Severity


def by_severity(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many findings there are of each severity, the most severe first; 0 where there is none."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in reversed(SEVERITIES)}


def worst(findings: Iterable[Finding]) -> Finding | None:
    """The most severe finding, a failed one before others; of equals the first; None without any."""
    return max(
        findings,
        key=lambda finding: (SEVERITIES.index(finding.severity), finding.verdict == "fail"),
        default=None,
    )
