"""Outcome audits: each quarter's scorecards as they were said when its outcomes had become known."""

from __future__ import annotations

from typing import cast

from pydantic import Field

from audit.disparity import Verdict
from webapp.api import cursors
from webapp.api.monitoring import HERE, GapMetric
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.scorecards import ScoredGroup, groups_of
from webapp.api.shape import Answer, Moment, Page, Paged
from webapp.gap_watch.outcome_audits import Benchmarked, OutcomeAudit, outcome_audits


class ToldBenchmark(Answer):
    """One benchmark of a quarter. `fail`: one group surely misses it; `pass`: every group meets it."""

    attribute: str
    metric: GapMetric
    kind: str = Field(description="`gap`: the largest gap; `least`: the least share of every group.")
    value: float
    verdict: Verdict
    special_category: bool


class OutcomeAuditSummary(Answer):
    """The leads that were created in one quarter, told once and kept as it was said."""

    cohort: str = Field(description="Such as `2026-Q2`.")
    told_at: Moment
    benchmarks: int
    failed: int
    withheld: int = Field(description="Attributes that are special categories and not shown.")


class ToldScorecard(Answer):
    """One attribute of a quarter."""

    attribute: str
    special_category: bool
    leads: dict[str, int] = Field(description="By group.")
    stream_versions: tuple[int, ...]
    groups: tuple[ScoredGroup, ...]


class OutcomeAuditWhole(Answer):
    """A quarter as it was said."""

    summary: OutcomeAuditSummary
    tolerance: float = Field(description="Of the stream then: 0.05 is 5 points.")
    benchmarks: tuple[ToldBenchmark, ...]
    scorecards: tuple[ToldScorecard, ...]


def _list(ask: Ask[Paged]) -> Page[OutcomeAuditSummary]:
    found = outcome_audits(ask.opened, ask.connection(), special=ask.grant.special)
    part, after = cursors.cut(ask, found)
    return Page[OutcomeAuditSummary](items=tuple(_summary(one) for one in part), next=after)


def _one(ask: Ask[Nothing]) -> OutcomeAuditWhole:
    found = outcome_audits(ask.opened, ask.connection(), special=ask.grant.special)
    told = next((one for one in found if one.cohort == ask.names["cohort"]), None)
    if told is None:
        raise not_found()
    return OutcomeAuditWhole(
        summary=_summary(told),
        tolerance=told.tolerance,
        benchmarks=tuple(_benchmark(one) for one in told.benchmarks),
        scorecards=tuple(
            ToldScorecard(
                attribute=one.attribute,
                special_category=one.special,
                leads=dict(one.card.leads),
                stream_versions=one.card.versions,
                groups=tuple(groups_of(one.card)),
            )
            for one in told.cards
        ),
    )


def _summary(told: OutcomeAudit) -> OutcomeAuditSummary:
    return OutcomeAuditSummary(
        cohort=told.cohort,
        told_at=told.told_at,
        benchmarks=len(told.benchmarks),
        failed=len(told.failed),
        withheld=told.withheld,
    )


def _benchmark(one: Benchmarked) -> ToldBenchmark:
    return ToldBenchmark(
        attribute=one.attribute,
        metric=cast("GapMetric", one.metric),
        kind=one.kind,
        value=one.value,
        verdict=one.verdict,
        special_category=one.special,
    )


OPERATIONS = (
    Operation(
        name="list_outcome_audits",
        path=f"{HERE}/outcome-audits",
        tag="Monitoring",
        summary="The quarters whose outcomes were audited, newest first",
        does=_list,
        asks=Paged,
        answers=Page[OutcomeAuditSummary],
        scope="read:audits",
    ),
    Operation(
        name="get_outcome_audit",
        path=f"{HERE}/outcome-audits/{{cohort}}",
        tag="Monitoring",
        summary="One quarter as it was said when its outcomes were known",
        does=_one,
        answers=OutcomeAuditWhole,
        scope="read:audits",
    ),
)
