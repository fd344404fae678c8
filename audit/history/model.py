"""What is kept of an audit for those who look at many: its findings, its main gaps, and what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audit.disparity import Verdict
from audit.disparity.contrast import Kind
from audit.finding import Severity

ChangeKind = Literal["new", "worse", "better", "gone", "newly told", "no longer told"]
"""New and gone, worse and better: the gap itself surely changed. Newly told, no longer told: a verdict came
or went, and the gap did not surely change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A finding without its evidence."""

    id: str
    severity: Severity
    verdict: Verdict
    attribute: tuple[str, ...]
    group: tuple[str, ...]
    metric: str
    headline: str
    special_category: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One gap of one audit: group against reference, with its interval and the n of the group."""

    attribute: tuple[str, ...]
    group: tuple[str, ...]
    reference: tuple[str, ...]
    metric: str
    kind: Kind
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one finding. ``before`` and ``after`` are None where that audit has no such gap.

    ``p`` is that the gap did not change, corrected for all findings that were compared; None where it
    could not be compared.
    """

    kind: ChangeKind
    finding: Noted
    before: Point | None
    after: Point | None
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """An audit in few numbers. ``passed``, ``failed`` and ``unsure`` count comparisons.

    ``changes`` are since the audit before; None where there is none before, or its rules are not known.
    """

    stream: str
    kept: int
    passed: int
    failed: int
    unsure: int
    confidence: float
    findings: tuple[Noted, ...]
    points: tuple[Point, ...]
    changes: tuple[Change, ...] | None = None

    def point(self, like: Point) -> Point | None:
        """The same gap in this audit; None where it has none."""
        key = (like.attribute, like.group, like.reference, like.metric, like.kind)
        return next(
            (o for o in self.points if (o.attribute, o.group, o.reference, o.metric, o.kind) == key), None
        )
