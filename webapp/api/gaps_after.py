"""What changed after which remedy: gaps in equal windows before and after what happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

from pydantic import Field

from audit.watch.around import Course
from webapp.api import cursors
from webapp.api.monitoring import HERE, GapMetric
from webapp.api.operation import Ask, Operation
from webapp.api.problem import not_found
from webapp.api.scorecards import CardQuery
from webapp.api.shape import Answer, Page
from webapp.gap_watch.after import EventAfter, MetricAfter, after_events
from webapp.gap_watch.scorecards import scorecards


class GapAround(Answer):
    """One gap in both windows; values are null where a group has too few leads."""

    group: str
    leads_before: int
    leads_after: int
    before: float | None
    before_low: float | None
    before_high: float | None
    after: float | None
    after_low: float | None
    after_high: float | None
    change: float | None
    change_low: float | None
    change_high: float | None
    course: Course = Field(
        description="Whether the gap is surely smaller or larger after, whatever the reason."
    )


class MetricAround(Answer):
    """One metric in equal windows of complete days; without groups where these are under 14 days."""

    metric: GapMetric
    reference: str
    days: int = Field(description="The length of each window.")
    first_before: date
    first_after: date
    wait_days: int = Field(description="How many further days must be complete.")
    groups: tuple[GapAround, ...]


class GapsAfter(Answer):
    """One event and the gaps of an attribute around it. It came before them; that is no cause."""

    day: date
    words: str
    attribute: str
    others: int = Field(description="How many other events lie in the same windows.")
    metrics: tuple[MetricAround, ...]


def _after(ask: Ask[CardQuery]) -> Page[GapsAfter]:
    row, wanted = ask.connection(), ask.asked.attribute or ""
    attribute = scorecards(ask.opened, row, wanted, special=ask.grant.special, rules=False).attribute
    if wanted and attribute != wanted:
        raise not_found()
    found = after_events(ask.opened, row, attribute, rules=False).events
    part, after = cursors.cut(ask, found)
    return Page[GapsAfter](items=tuple(_event(one, attribute) for one in part), next=after)


def _event(one: EventAfter, attribute: str) -> GapsAfter:
    return GapsAfter(
        day=one.event.day,
        words=one.event.words,
        attribute=attribute,
        others=one.others,
        metrics=tuple(_metric(each) for each in one.metrics),
    )


def _metric(one: MetricAfter) -> MetricAround:
    return MetricAround(
        metric=cast("GapMetric", one.metric),
        reference=one.reference,
        days=one.windows.days,
        first_before=one.windows.first,
        first_after=one.windows.after,
        wait_days=one.wait,
        groups=tuple(_groups(one)),
    )


def _groups(metric: MetricAfter) -> Iterator[GapAround]:
    for one in metric.groups:
        parts = {"before": one.before, "after": one.after, "change": one.change}
        ends = {
            f"{name}_{end}": getattr(part, end) for name, part in parts.items() for end in ("low", "high")
        }
        yield GapAround(
            group=one.group,
            leads_before=one.n[0],
            leads_after=one.n[1],
            course=one.course,
            **{name: part.value for name, part in parts.items()},
            **ends,
        )


OPERATIONS = (
    Operation(
        name="list_gaps_after",
        path=f"{HERE}/gaps-after",
        tag="Monitoring",
        summary="Gaps before and after what happened, the newest first",
        words="The newest eight events, without what people noted. After is not because of.",
        does=_after,
        asks=CardQuery,
        answers=Page[GapsAfter],
        scope="read:audits",
    ),
)
