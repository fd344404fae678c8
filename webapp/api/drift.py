"""Drift: what moved from earlier leads to the newest ones, and how that stood at each pull."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from audit.disparity import Verdict
from audit.drift import ColumnDrift, DriftReport, GapDrift
from audit.drift.model import Cause, Role
from webapp.api import cursors
from webapp.api.monitoring import HERE
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.shape import Answer, Id, Moment, Page, Paged
from webapp.drift_watch.reading import Kept, kept_of
from webapp.drift_watch.short import Short
from webapp.drift_watch.things import Kind, Thing, shown
from webapp.keeping_up import behind_of
from webapp.store.drift_looks import LookRow
from webapp.viewmodels.drift_tables import seen_columns, size_of


class Moved(Answer):
    """One thing that surely moved by more than its limit."""

    kind: Kind = Field(
        description="`model`: the score changed, also among leads that are alike; `mix`: other leads came; "
        "`begun` and `ended`: a field that is new or gone; `together`: all columns by a classifier."
    )
    name: str = Field(description="The column or attribute; empty for the score's days and for all columns.")
    group: str
    reference: str
    metric: str
    special_category: bool
    day: date | None = Field(description="Since when, where that is known.")
    earliest: date | None
    latest: date | None
    size: float | None = Field(description="PSI beyond chance, a share, a change of a gap, or an AUC.")
    before: float | None
    now: float | None


class InferredModel(Answer):
    """A model that was inferred from the score; the CRM did not tell it, and no log has it."""

    number: int = Field(description="2 for the first that followed.")
    day: date
    earliest: date
    latest: date
    sure: bool = Field(description="Whether leads that are alike were scored otherwise.")


class ScoreDay(Answer):
    """A day on which the distribution of the score changed."""

    day: date
    earliest: date
    latest: date
    cause: Cause
    psi: float
    psi_of_alike: float | None = Field(description="Among leads that are alike; null where none can be told.")
    before: float | None
    after: float | None
    verdict: Verdict


class DriftColumn(Answer):
    """One column in both windows."""

    name: str
    role: Role
    special_category: bool
    verdict: Verdict
    psi: float = Field(description="Beyond chance.")
    since: date | None
    begun: date | None
    ended: date | None
    missing_before: float | None
    missing_now: float | None
    never_seen: float | None = Field(description="The share of newest leads with a value never seen before.")


class DriftGap(Answer):
    """One gap between groups in both windows; gaps are shares, so that 0.1 is 10 points."""

    metric: str
    attribute: str
    group: str
    reference: str
    special_category: bool
    verdict: Verdict
    before: float | None
    now: float | None
    change: float | None
    low: float | None
    high: float | None


class DriftNow(Answer):
    """What the newest pull tells. `lacking` says why nothing could be compared, else it is null."""

    connection: Id
    audit: Id
    at: Moment
    lacking: str | None
    behind_since: Moment | None = Field(description="Since when it could not be brought up to date.")
    reference_first: date | None
    reference_last: date | None
    newest_first: date | None
    newest_last: date | None
    moved: tuple[Moved, ...]
    models: tuple[InferredModel, ...]
    score_days: tuple[ScoreDay, ...]
    columns: tuple[DriftColumn, ...]
    gaps: tuple[DriftGap, ...]
    together: float | None = Field(description="The AUC of the classifier; 0.5 is luck.")
    withheld: int = Field(description="Things that moved and are of special categories.")


class DriftPull(Answer):
    """How drift stood at one pull."""

    audit: Id
    at: Moment
    leads: int
    score: float | None = Field(description="PSI of the score beyond chance.")
    together: float | None
    moved: int


def _now(ask: Ask[Nothing]) -> DriftNow:
    row, special = ask.connection(), ask.grant.special
    kept = kept_of(ask.opened, row)
    if not kept.looks:
        raise not_found()
    look, short = kept.looks[0]
    since = [one.since for one in behind_of(ask.opened, row) if one.part == "drift"]
    found = shown(short.things, kept.hidden, special=special)
    made = kept.report.windows if kept.report else None
    return DriftNow(
        connection=row.id,
        audit=look.audit_id,
        at=look.made_at,
        lacking=short.lacking or None,
        behind_since=since[0] if since else None,
        reference_first=made.reference.first if made else None,
        reference_last=made.reference.last if made else None,
        newest_first=made.newest.first if made else None,
        newest_last=made.newest.last if made else None,
        moved=tuple(_moved(one) for one in found),
        models=_models(short),
        withheld=len(short.things) - len(found),
        **_parts(kept, special=special),
    )


def _models(short: Short) -> tuple[InferredModel, ...]:
    return tuple(
        InferredModel(number=place, day=one.day, earliest=one.earliest, latest=one.latest, sure=one.sure)
        for place, one in enumerate(short.models, start=2)
    )


def _parts(kept: Kept, *, special: bool) -> dict[str, Any]:
    """What is told of a report, without what may not be seen."""
    report = kept.report
    if report is None:
        return {"score_days": (), "columns": (), "gaps": (), "together": None}
    seen = [one for one in report.gaps if special or not (one.special or one.attribute in kept.hidden)]
    return {
        "score_days": _days(report),
        "columns": tuple(_column(one) for one in seen_columns(report, kept.hidden, special=special)),
        "gaps": tuple(_gap(one) for one in seen),
        "together": None if report.multivariate is None else report.multivariate.auc,
    }


def _days(report: DriftReport) -> tuple[ScoreDay, ...]:
    same = ("day", "earliest", "latest", "cause", "psi", "before", "after", "verdict")
    return tuple(
        ScoreDay(
            psi_of_alike=None if one.alike is None else one.alike.left,
            **{name: getattr(one, name) for name in same},
        )
        for one in report.changes
    )


def _column(one: ColumnDrift) -> DriftColumn:
    missing, unseen = one.missing, one.unseen
    return DriftColumn(
        special_category=one.special,
        psi=size_of(one),
        missing_before=None if missing is None else missing.reference,
        missing_now=None if missing is None else missing.newest,
        never_seen=None if unseen is None else unseen.share,
        **{name: getattr(one, name) for name in ("name", "role", "verdict", "since", "begun", "ended")},
    )


def _gap(one: GapDrift) -> DriftGap:
    same = ("metric", "attribute", "group", "reference", "verdict", "change", "low", "high")
    return DriftGap(
        special_category=one.special,
        before=None if one.before is None else one.before.value,
        now=None if one.after is None else one.after.value,
        **{name: getattr(one, name) for name in same},
    )


def _moved(one: Thing) -> Moved:
    about = ("kind", "name", "group", "reference", "metric")
    told = ("day", "earliest", "latest", "size", "before", "now")
    return Moved(special_category=one.special, **{name: getattr(one, name) for name in (*about, *told)})


def _pulls(ask: Ask[Paged]) -> Page[DriftPull]:
    kept = kept_of(ask.opened, ask.connection())
    part, after = cursors.cut(ask, kept.looks)
    items = tuple(_pull(one, kept, special=ask.grant.special) for one in part)
    return Page[DriftPull](items=items, next=after)


def _pull(one: tuple[LookRow, Short], kept: Kept, *, special: bool) -> DriftPull:
    row, short = one
    return DriftPull(
        audit=row.audit_id,
        at=row.made_at,
        leads=short.leads,
        score=short.score,
        together=short.together,
        moved=len(shown(short.things, kept.hidden, special=special)),
    )


OPERATIONS = (
    Operation(
        name="get_drift",
        path=f"{HERE}/drift",
        tag="Monitoring",
        summary="What moved from earlier leads to the newest ones, as of the newest pull",
        words="Models in it are inferred from the score; the decision log never holds them.",
        does=_now,
        answers=DriftNow,
        scope="read:audits",
    ),
    Operation(
        name="list_drift_pulls",
        path=f"{HERE}/drift/pulls",
        tag="Monitoring",
        summary="How drift stood at each pull, newest first",
        does=_pulls,
        asks=Paged,
        answers=Page[DriftPull],
        scope="read:audits",
    ),
)
