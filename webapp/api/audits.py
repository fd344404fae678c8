"""Audits: the list, one with its account, and its files as they are stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from audit.finding import Severity
from audit.report.model import Digests, Report
from audit.report.table import metrics_csv
from webapp.api import cursors
from webapp.api.connections import Counts, counts
from webapp.api.operation import Ask, File, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.reports import refuse_special, report_of
from webapp.api.shape import Answer, Id, Moment, Names, Page, Paged
from webapp.open_audits import marked_since, open_audit
from webapp.plain_audits import is_about
from webapp.store.evidence import KeptAudit


class AuditQuery(Paged):
    """Which audits."""

    connection: Id | None = Field(default=None, description="Of this connection only.")


class AuditSummary(Answer):
    """One audit in the list."""

    id: Id
    connection: Id
    made_at: Moment
    policy_version: int
    stream_version: int
    severities: dict[Severity, int] = Field(description="How many findings there are of each severity.")
    worst: str | None = Field(
        description="The headline of the worst finding; null also where the token has no scope read:special."
    )
    digest: str = Field(description="SHA-256 of audit.json.")


class AuditSettings(Answer):
    """What was asked of the audit."""

    confidence: float
    tolerance_difference: float
    tolerance_ratio: float
    minimum_group: int
    threshold: float | None
    higher_is_better: bool
    score_range: tuple[float, float] | None
    queue: int | None


class AuditDetail(Answer):
    """One audit: the sentences above its findings, the account of every lead, and what it was made from."""

    id: Id
    connection: Id
    made_at: Moment
    stream: str
    summary: str
    compared: str
    rule: str
    policy_version: int
    stream_version: int
    severities: dict[Severity, int]
    account: Counts
    attributes: Names = Field(description="The attributes that this token may see.")
    withheld: int = Field(ge=0, description="How many attributes are special categories and left out.")
    settings: AuditSettings
    seed: int
    engine: str
    version: str = Field(description="The version of Fairlead that made it.")
    digest: str = Field(description="SHA-256 of audit.json.")
    digests: Digests


def _list(ask: Ask[AuditQuery]) -> Page[AuditSummary]:
    wanted = ask.asked.connection or ask.grant.token.connection_id or ""
    if wanted:
        ask.connection_of(wanted)
    place = cursors.read(ask)
    after = None if place is None else (datetime.fromisoformat(str(place[0])), str(place[1]))
    plain = not ask.grant.special
    rows = ask.opened.evidence.behind(wanted, after, ask.asked.limit + 1, overviews=plain)
    part, following = cursors.page(ask, rows, lambda one: [one.made_at.isoformat(), one.id])
    return Page[AuditSummary](items=tuple(_summary(ask, one) for one in part), next=following)


def _severities(ask: Ask[AuditQuery], one: KeptAudit) -> Mapping[str, int]:
    """How many findings there are of each severity that the token may see."""
    if ask.grant.special:
        return one.severities
    if one.overview is None:
        return open_audit(ask.opened, one, special=False).row.severities
    hidden = marked_since(ask.opened, one)
    return Counter(found.severity for found in one.overview.findings if not is_about(found, hidden))


def _summary(ask: Ask[AuditQuery], one: KeptAudit) -> AuditSummary:
    return AuditSummary(
        id=one.id,
        connection=one.connection_id,
        made_at=one.made_at,
        policy_version=one.policy_version,
        stream_version=one.stream_version,
        severities=dict(_severities(ask, one)),  # type: ignore[arg-type]  # the words that the audit wrote
        worst=one.worst if ask.grant.special else None,
        digest=one.digest,
    )


def _one(ask: Ask[Nothing]) -> AuditDetail:
    kept = ask.audit()
    found = open_audit(ask.opened, kept, special=ask.grant.special)
    row, page, report = found.row, found.page, found.source.report
    attributes = _attributes(report)
    return AuditDetail(
        id=row.id,
        connection=row.connection_id,
        made_at=row.made_at,
        summary=page.summary,
        compared="" if found.withheld else page.compared,
        rule=page.rule,
        severities=dict(row.severities),  # type: ignore[arg-type]  # the words that the audit wrote
        account=counts(row.pulled),
        attributes=attributes,
        withheld=len(_attributes(open_audit(ask.opened, kept).source.report)) - len(attributes),
        **_origin(row, report),  # type: ignore[arg-type]
    )


def _attributes(report: Report) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in report.estimates for name in one.attribute))


def _origin(row: KeptAudit, report: Report) -> dict[str, object]:
    return {
        "stream": report.stream,
        "policy_version": row.policy_version,
        "stream_version": row.stream_version,
        "settings": AuditSettings.model_validate(report.settings),
        "seed": report.seed,
        "engine": report.engine,
        "version": report.version,
        "digest": row.digest,
        "digests": report.digests,
    }


def _json(ask: Ask[Nothing]) -> File:
    refuse_special(ask)
    stored = ask.opened.repository.audit(ask.audit().id)
    if stored is None:
        raise not_found()
    return File(text=stored.report)


def _csv(ask: Ask[Nothing]) -> File:
    refuse_special(ask)
    return File(text=metrics_csv(report_of(ask)), mime="text/csv")


WHOLE = "Where the audit speaks of special categories, the whole file needs the scope read:special."
OPERATIONS = (
    Operation(
        name="list_audits",
        path="/audits",
        tag="Audits",
        summary="Audits, newest first",
        does=_list,
        asks=AuditQuery,
        answers=Page[AuditSummary],
        scope="read:audits",
        others=(404,),
    ),
    Operation(
        name="get_audit",
        path="/audits/{audit_id}",
        tag="Audits",
        summary="One audit",
        does=_one,
        answers=AuditDetail,
        scope="read:audits",
    ),
    Operation(
        name="get_audit_json",
        path="/audits/{audit_id}/audit.json",
        tag="Audits",
        summary="The stored report, byte for byte",
        words=f"The form is fairlead.audit/1 (docs/reference/audit-json.md). {WHOLE}",
        does=_json,
        answers="application/json",
        scope="read:audits",
    ),
    Operation(
        name="get_audit_metrics",
        path="/audits/{audit_id}/metrics.csv",
        tag="Audits",
        summary="Every metric of every group, for a spreadsheet",
        words=WHOLE,
        does=_csv,
        answers="text/csv",
        scope="read:audits",
    ),
)
