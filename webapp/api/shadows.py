"""Shadow scores: which runs and which ran, and how each compares with the CRM's score."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import Field

from audit.estimate import Estimate
from audit.finding import Severity
from audit.finding.overview import by_severity
from audit.rows.mitigation.model import Row
from audit.rows.shadow import Differing
from webapp.api import cursors
from webapp.api.experiments import Figure
from webapp.api.operation import Ask, File, Nothing, Operation
from webapp.api.problem import Problem, Why, not_found
from webapp.api.shape import Answer, Asked, Id, Moment, Page, Paged
from webapp.shadowing import Came, came_of
from webapp.special_names import marked
from webapp.store.shadows import ShadowRow
from webapp.viewmodels.shadow_written import field_of

SPECIAL = Why(
    status=403,
    name="special-category",
    detail="This shadow score speaks of a special category, so it needs the scope read:special.",
)


class ShadowScore(Answer):
    """One remedy that runs, or ran, beside the CRM's score."""

    id: Id
    connection: Id
    remedy: str
    title: str
    experiment: Id = Field(description="The experiment that it was started from; it may be gone.")
    attribute: str = Field(description="The attribute whose groups are compared.")
    reason: str
    started_at: Moment
    started_by: str
    learned_at: Moment | None = Field(description="Null before the first pull after the start.")
    stopped_at: Moment | None = Field(description="Null while it runs.")
    stopped_by: str
    written_since: Moment | None = Field(description="Null where it is not written to the CRM.")
    written_by: str = Field(description="Who last wanted it in the CRM; empty where nobody did.")
    field: str = Field(description="The CRM's field that it is written to, where it is.")
    note: str = Field(description="Why the newest pull brought no comparison; empty where it did.")


class ComparedGroup(Answer):
    """Shares called by both scores, and how often the decision differs; group is empty for all leads."""

    group: str
    leads: int
    called_by_crm: Figure
    called_by_shadow: Figure
    differs: Figure


class ComparedRate(Answer):
    """One rate of one group under both scores."""

    metric: str
    group: str
    crm: Figure
    shadow: Figure


class Comparison(Answer):
    """Both scores on the leads of one pull that came after what the shadow score learned from."""

    id: Id
    audit: Id = Field(description="The audit of the CRM's own score with the same pull.")
    made_at: Moment
    leads: int
    until: date = Field(description="The last creation day that it learned from; the leads are later ones.")
    rank_correlation: Figure
    groups: tuple[ComparedGroup, ...]
    rates: tuple[ComparedRate, ...]
    shadow_findings: dict[Severity, int] | None = Field(
        description="Findings of its own audit; null where special categories are left out."
    )
    crm_findings: dict[Severity, int] | None = Field(
        description="Findings of the CRM's score on the same leads; null as above."
    )


def _list(ask: Ask[Paged]) -> Page[ShadowScore]:
    every = ask.opened.shadows.of(ask.connection().id)
    seen = [one for one in every if _may_see(ask, one)]
    place = cursors.read(ask)
    rest = [one for one in seen if place is None or _is_behind(one, place)]
    part, after = cursors.page(
        ask, rest[: ask.asked.limit + 1], lambda one: [one.started_at.isoformat(), one.id]
    )
    lines = tuple(_score(ask, one) for one in part)
    return Page[ShadowScore](items=lines, next=after, withheld=len(every) - len(seen))


def _is_behind(one: ShadowRow, place: cursors.Place) -> bool:
    started, name = datetime.fromisoformat(str(place[0])), str(place[1])
    return (-one.started_at.timestamp(), one.id) > (-started.timestamp(), name)


def _one(ask: Ask[Nothing]) -> ShadowScore:
    return _score(ask, _found(ask))


def _comparisons(ask: Ask[Paged]) -> Page[Comparison]:
    came = came_of(ask.opened, ask.connection(), _found(ask))
    part, after = cursors.cut(ask, came)
    told = not _hidden(ask)
    return Page[Comparison](items=tuple(_comparison(one, told=told) for one in part), next=after)


def _json(ask: Ask[Nothing]) -> File:
    came = came_of(ask.opened, ask.connection(), _found(ask))
    found = next((one for one in came if one.id == ask.names["comparison_id"]), None)
    if found is None:
        raise not_found()
    if _hidden(ask):
        raise Problem(SPECIAL)
    return File(text=found.audit.text)


def _found(ask: Ask[Asked]) -> ShadowRow:
    rows = ask.opened.shadows.of(ask.connection().id)
    found = next((one for one in rows if one.id == ask.names["shadow_id"]), None)
    if found is None:
        raise not_found()
    if not _may_see(ask, found):
        raise Problem(SPECIAL)
    return found


def _may_see(ask: Ask[Asked], row: ShadowRow) -> bool:
    remedy = row.asked["remedy"]["id"].partition(":")[2].split("+")
    return _hidden(ask).isdisjoint({row.asked["attribute"], *remedy})


def _hidden(ask: Ask[Asked]) -> frozenset[str]:
    """What the token may not read of: all that any version of the stream marks as special."""
    if ask.grant.special:
        return frozenset()
    connection_id = ask.connection().id
    versions = ask.opened.repository.streams(connection_id)
    return marked(ask.opened, connection_id, {one.version for one in versions}) if versions else frozenset()


def _score(ask: Ask[Asked], row: ShadowRow) -> ShadowScore:
    remedy, same = row.asked["remedy"], ("id", "reason", "started_at", "learned_at", "stopped_at", "note")
    return ShadowScore(
        **{name: getattr(row, name) for name in (*same, "stopped_by")},
        connection=row.connection_id,
        remedy=remedy["id"],
        title=remedy["title"],
        experiment=row.experiment_id,
        attribute=row.asked["attribute"],
        started_by=row.who,
        written_since=row.writing_since,
        written_by=row.writing_by,
        field=field_of(ask.connection().crm)[0],
    )


def _comparison(one: Came, *, told: bool) -> Comparison:
    compared, usual = one.audit.compared, one.audit.usual
    return Comparison(
        id=one.id,
        audit=one.audit_id,
        made_at=one.made_at,
        leads=one.audit.leads,
        until=one.audit.until,
        rank_correlation=_figure(compared.correlation),
        groups=tuple(_group(each) for each in (compared.everybody, *compared.groups)),
        rates=tuple(_rate(each) for each in compared.rows),
        shadow_findings=_counts(by_severity(one.audit.report.findings)) if told else None,
        crm_findings=_counts(usual) if told else None,
    )


def _counts(found: Mapping[Severity, int]) -> dict[Severity, int]:
    return {name: count for name, count in found.items() if count}


def _group(one: Differing) -> ComparedGroup:
    return ComparedGroup(
        group=one.group,
        leads=one.leads,
        called_by_crm=_figure(one.before),
        called_by_shadow=_figure(one.after),
        differs=_figure(one.differ),
    )


def _rate(one: Row) -> ComparedRate:
    return ComparedRate(
        metric=one.metric, group=one.group, crm=_figure(one.before), shadow=_figure(one.after)
    )


def _figure(one: Estimate) -> Figure:
    return Figure(value=one.value, low=one.low, high=one.high)


HERE = "/connections/{connection_id}/shadow-scores"
ONE = f"{HERE}/{{shadow_id}}"
OPERATIONS = (
    Operation(
        name="list_shadow_scores",
        path=HERE,
        tag="Shadow scores",
        summary="Which remedy runs beside the CRM's score, and which ran, newest first",
        does=_list,
        asks=Paged,
        answers=Page[ShadowScore],
        scope="read:remedies",
    ),
    Operation(
        name="get_shadow_score",
        path=ONE,
        tag="Shadow scores",
        summary="One shadow score",
        does=_one,
        answers=ShadowScore,
        scope="read:remedies",
    ),
    Operation(
        name="list_comparisons",
        path=f"{ONE}/comparisons",
        tag="Shadow scores",
        summary="How it compares with the CRM's score, pull by pull, newest first",
        words="Those of the newest 60 pulls are kept.",
        does=_comparisons,
        asks=Paged,
        answers=Page[Comparison],
        scope="read:remedies",
    ),
    Operation(
        name="get_shadow_audit_json",
        path=f"{ONE}/comparisons/{{comparison_id}}/audit.json",
        tag="Shadow scores",
        summary="The audit of the shadow score with one pull, byte for byte",
        words="Where the stream has special categories, it needs the scope read:special.",
        does=_json,
        answers="application/json",
        scope="read:remedies",
    ),
)
