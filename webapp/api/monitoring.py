"""Monitoring: the watched gaps, each with its days, and what was surely found."""

from __future__ import annotations

from datetime import date
from typing import Literal, cast

from pydantic import Field

from audit.disparity import Verdict
from webapp.api import cursors
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.shape import Answer, Id, Moment, Names, Page, Paged
from webapp.gap_watch.listing import Listed, State, earlier, listing
from webapp.gap_watch.sealed import looks_of, sealed_of
from webapp.watching_gaps import AlarmKind, GapAlarm, alarms_of

GapMetric = Literal["selection_rate", "true_positive_rate", "contact_rate", "base_rate"]


class GapQuery(Paged):
    """Which watched gaps."""

    state: State | None = Field(default=None, description="In this state only.")
    ended: bool = Field(
        default=False, description="Those of sequences that ended, in place of those that go on."
    )


class WatchedGapSummary(Answer):
    """What is known of one gap after its last day; gaps are shares, so that 0.1 is 10 points."""

    id: Id
    connection: Id
    metric: GapMetric
    attribute: str
    group: str
    reference: str
    special_category: bool
    state: State = Field(description="`mended`: it was surely outside, has changed, and now lies within.")
    gap: float | None
    low: float = Field(description="The gap lies above this at all days together, with `confidence`.")
    high: float
    evidence: float = Field(
        description="An e-value against a tolerated gap; an alarm at 1 / (1 - confidence)."
    )
    stands_with_all: bool = Field(
        description="Whether the alarm stands with all gaps of all connections taken together (e-BH at 5 %)."
    )
    tolerance: float
    confidence: float
    leads: int
    first_day: date
    last_day: date
    waiting_days: int = Field(description="Days that are complete and follow with the next pulls.")
    more_days: int | None = Field(description="About how many more days until a verdict; null where unknown.")
    alarm_day: date | None = Field(description="The day of creation by which it was surely outside.")
    changed_days: tuple[date, ...] = Field(description="Days by which the gap had surely changed.")
    sequence_begun: Moment
    sequence_ended: Moment | None
    because: Names = Field(description="What had changed when its sequence began; empty for the first.")
    stream_version: int


class WatchedDay(Answer):
    """What was known after one day."""

    day: date
    leads: int = Field(description="Of all days so far.")
    gap: float | None
    low: float
    high: float
    evidence: float
    verdict: Verdict


class WatchedGapDays(Answer):
    """One gap on every day; empty where its days can no longer be read."""

    gap: WatchedGapSummary
    days: tuple[WatchedDay, ...]


class Alarm(Answer):
    """What was surely found of a gap, as it was said; it never changes."""

    id: Id
    connection: Id
    audit: Id
    kind: AlarmKind
    metric: GapMetric
    attribute: str
    group: str
    reference: str
    special_category: bool
    day: date = Field(description="The day of creation by which it was sure.")
    said_at: Moment
    gap: float | None
    low: float
    high: float
    tolerance: float
    confidence: float
    finding: str | None = Field(description="The finding of this gap in that audit.")
    title: str
    sentence: str
    advice: str


def _gaps(ask: Ask[GapQuery]) -> Page[WatchedGapSummary]:
    row, special = ask.connection(), ask.grant.special
    found = listing(ask.opened, [row], special=special)
    gaps = earlier(ask.opened, row, special=special) if ask.asked.ended else found.gaps
    wanted = [one for one in gaps if ask.asked.state in {None, one.state}]
    part, after = cursors.cut(ask, wanted)
    withheld = 0 if ask.asked.ended else found.withheld
    return Page[WatchedGapSummary](items=tuple(_summary(one) for one in part), next=after, withheld=withheld)


def _one(ask: Ask[Nothing]) -> WatchedGapDays:
    row, special = ask.connection(), ask.grant.special
    every = (*listing(ask.opened, [row], special=special).gaps, *earlier(ask.opened, row, special=special))
    found = next((one for one in every if one.gap.id == ask.names["gap_id"]), None)
    if found is None:
        raise not_found()
    kept = ask.opened.watched_gaps.looks([found.gap.id])
    looks = looks_of(sealed_of(ask.opened, row), found.gap.id, kept.get(found.gap.id))
    return WatchedGapDays(gap=_summary(found), days=tuple(WatchedDay.model_validate(one) for one in looks))


def _alarms(ask: Ask[Paged]) -> Page[Alarm]:
    row = ask.connection()
    seen = alarms_of(ask.opened, row, special=ask.grant.special)
    part, after = cursors.cut(ask, seen)
    whole = len(ask.opened.watched_gaps.alarms(row.id))
    return Page[Alarm](items=tuple(_alarm(one) for one in part), next=after, withheld=whole - len(seen))


def _summary(one: Listed) -> WatchedGapSummary:
    sequence, told = one.sequence, one.gap.told
    return WatchedGapSummary(
        id=one.gap.id,
        connection=one.connection.id,
        metric=cast("GapMetric", sequence.metric),
        group=one.gap.name,
        special_category=one.special,
        state=one.state,
        evidence=one.gap.evidence,
        stands_with_all=one.stands,
        first_day=told["first"],
        last_day=told["day"],
        waiting_days=told["waiting"],
        alarm_day=told["alarm"],
        changed_days=tuple(told["changed"]),
        sequence_begun=sequence.begun_at,
        sequence_ended=sequence.ended_at,
        because=tuple(sequence.why),
        **{name: getattr(sequence, name) for name in ("attribute", "reference", "stream_version")},
        **{
            name: told[name]
            for name in ("gap", "low", "high", "tolerance", "confidence", "leads", "more_days")
        },
    )


def _alarm(one: GapAlarm) -> Alarm:
    same = ("id", "kind", "attribute", "group", "reference", "day", "said_at", "gap", "low", "high")
    words = ("tolerance", "confidence", "title", "sentence", "advice")
    return Alarm(
        connection=one.connection_id,
        audit=one.audit_id,
        metric=cast("GapMetric", one.metric),
        special_category=one.special,
        finding=one.finding_id or None,
        **{name: getattr(one, name) for name in (*same, *words)},
    )


HERE = "/connections/{connection_id}"
OPERATIONS = (
    Operation(
        name="list_watched_gaps",
        path=f"{HERE}/watched-gaps",
        tag="Monitoring",
        summary="Every watched gap, alarms first",
        words="Each is looked at with every pull; the statements hold at all looks together.",
        does=_gaps,
        asks=GapQuery,
        answers=Page[WatchedGapSummary],
        scope="read:audits",
    ),
    Operation(
        name="get_watched_gap",
        path=f"{HERE}/watched-gaps/{{gap_id}}",
        tag="Monitoring",
        summary="One watched gap on every day",
        does=_one,
        answers=WatchedGapDays,
        scope="read:audits",
    ),
    Operation(
        name="list_gap_alarms",
        path=f"{HERE}/gap-alarms",
        tag="Monitoring",
        summary="The record of what was surely found of watched gaps, newest first",
        does=_alarms,
        asks=Paged,
        answers=Page[Alarm],
        scope="read:audits",
    ),
)
