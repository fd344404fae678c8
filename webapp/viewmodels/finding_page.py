"""The page of one finding: its evidence, how it was computed, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass

from audit.finding import Finding
from audit.report.einstein import Opinion, opinion
from audit.thresholds import MEASURED
from webapp.evidence.catalogue import Asked, figure, place_of_attribute
from webapp.evidence.figure import Figure
from webapp.evidence.groups import main_metric
from webapp.evidence.method import how_computed
from webapp.evidence.remedy import what_would_change
from webapp.evidence.source import Source
from webapp.viewmodels.audit import AuditPage, FindingCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure and its address."""

    figure: Figure
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPage:
    """Everything about one finding. ``before`` and ``after`` are its neighbours, by severity.

    ``place`` is that of its attribute among the thresholds, and ``at_thresholds`` whether there is one.
    """

    card: FindingCard
    findings: int
    before: FindingCard | None
    after: FindingCard | None
    shown: tuple[Shown, ...]
    method: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    metric: str
    place: int
    at_thresholds: bool
    einstein: Opinion


def finding_page(source: Source, page: AuditPage, finding_id: str) -> FindingPage | None:
    """The page of a finding; None where the audit has no such finding."""
    cards = (*page.findings, *page.notes)
    at = next((place for place, card in enumerate(cards) if card.id == finding_id), None)
    finding = next((one for one in source.report.findings if one.id == finding_id), None)
    if at is None or finding is None:
        return None
    place = place_of_attribute(source, "thresholds", finding.attribute)
    metric = finding.metric or (main_metric(source, finding.attribute) or "")
    return FindingPage(
        card=cards[at],
        findings=len(cards),
        before=cards[at - 1] if at else None,
        after=cards[at + 1] if at + 1 < len(cards) else None,
        shown=_shown(source, finding, metric),
        method=how_computed(source.report, metric),
        changes=what_would_change(source, finding),
        metric=metric if metric in MEASURED else MEASURED[0],
        place=place or 0,
        at_thresholds=place is not None,
        einstein=opinion(source.report, finding),
    )


def _shown(source: Source, finding: Finding, metric: str) -> tuple[Shown, ...]:
    """The metric by group, then the gap that the finding is about; or the list that a search made."""
    place = place_of_attribute(source, "groups", finding.attribute)
    asked: list[Asked] = []
    if place is None:
        asked.append(Asked(kind="subgroups", place=1))
    elif metric in source.metrics(finding.attribute):
        asked.append(Asked(kind="groups", place=place, metric=metric))
    if place is not None:
        ratio = dict(finding.evidence).get("kind") == "ratio"
        asked += _gap_asked(source, finding, (place, metric), ratio=ratio)
        asked = asked or [Asked(kind="groups", place=place)]
    found = ((one, figure(source, one)) for one in asked)
    return tuple(Shown(figure=made, asked=one) for one, made in found if made is not None)


def _gap_asked(source: Source, finding: Finding, what: tuple[int, str], *, ratio: bool) -> tuple[Asked, ...]:
    place, metric = what
    kinds = [True, False] if ratio else [False, True]
    for kind in kinds:
        if source.gaps(finding.attribute, metric, "ratio" if kind else "difference"):
            return (Asked(kind="gaps", place=place, metric=metric, ratio=kind),)
    return ()
