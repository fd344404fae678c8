"""Scorecards: each quarter as it ripens, against the benchmarks that were set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

from pydantic import Field

from audit.disparity import Verdict
from audit.watch.quarters import Scored
from webapp.api import cursors
from webapp.api.monitoring import HERE, GapMetric
from webapp.api.operation import Ask, Operation
from webapp.api.problem import not_found
from webapp.api.shape import Answer, Page, Paged, Text
from webapp.gap_watch.scorecards import Card, scorecards


class CardQuery(Paged):
    """Which scorecards."""

    attribute: Text | None = Field(default=None, description="Of this attribute; by default the first.")


class ScoredGroup(Answer):
    """One metric of one group; `gap` is the group minus the reference, null for the reference."""

    metric: GapMetric
    group: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    gap: float | None
    gap_low: float | None
    gap_high: float | None
    gap_at_most: float | None = Field(description="The benchmark of the gap.")
    gap_verdict: Verdict | None
    at_least: float | None = Field(description="The benchmark of the share.")
    least_verdict: Verdict | None


class Scorecard(Answer):
    """One quarter of one attribute; metrics of outcomes are left out while it is not old enough."""

    year: int
    quarter: int
    attribute: str
    leads: dict[str, int] = Field(description="By group.")
    ripe: float | None = Field(description="Which share of its leads is old enough; null without outcomes.")
    known_on: date | None = Field(description="About when its outcomes are known; null where they are.")
    stream_versions: tuple[int, ...]
    groups: tuple[ScoredGroup, ...]


def _cards(ask: Ask[CardQuery]) -> Page[Scorecard]:
    wanted = ask.asked.attribute or ""
    found = scorecards(ask.opened, ask.connection(), wanted, special=ask.grant.special, rules=False)
    if wanted and found.attribute != wanted:
        raise not_found()
    part, after = cursors.cut(ask, found.cards)
    return Page[Scorecard](items=tuple(_card(one, found.attribute) for one in part), next=after)


def _card(one: Card, attribute: str) -> Scorecard:
    return Scorecard(
        year=one.quarter.year,
        quarter=one.quarter.number,
        attribute=attribute,
        leads=dict(one.leads),
        ripe=one.ripe,
        known_on=one.known_on,
        stream_versions=one.versions,
        groups=tuple(groups_of(one)),
    )


def groups_of(card: Card) -> Iterator[ScoredGroup]:
    """Every metric of every group of a scorecard."""
    for metric, groups in card.metrics.items():
        standard = card.standards[metric]
        for one in groups:
            yield ScoredGroup(
                metric=cast("GapMetric", metric),
                group=one.group,
                n=one.n,
                value=one.share.value,
                low=one.share.low,
                high=one.share.high,
                **_gap(one),
                gap_at_most=standard.gap,
                gap_verdict=one.by_gap,
                at_least=standard.least,
                least_verdict=one.by_least,
            )


def _gap(one: Scored) -> dict[str, float | None]:
    gap = one.gap
    return {
        "gap": gap.value if gap else None,
        "gap_low": gap.low if gap else None,
        "gap_high": gap.high if gap else None,
    }


OPERATIONS = (
    Operation(
        name="list_scorecards",
        path=f"{HERE}/scorecards",
        tag="Monitoring",
        summary="The quarters of one attribute against the benchmarks, newest first",
        does=_cards,
        asks=CardQuery,
        answers=Page[Scorecard],
        scope="read:audits",
    ),
)
