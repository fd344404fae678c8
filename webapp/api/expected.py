"""Expected outcomes: what is expected of open leads, and what was said before beside what became true."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from audit.disparity import Verdict
from audit.expected import Expected
from webapp.api import cursors
from webapp.api.monitoring import HERE
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.shape import Answer, Id, Moment, Page, Paged
from webapp.expected_told import Seen, Told, seen_of
from webapp.keeping_up import behind_of


class ExpectedFigure(Answer):
    """One measure of the open leads of one group; shares are from 0 to 1."""

    attribute: str = Field(description="Empty for all leads.")
    group: str
    special_category: bool
    cohort: str = Field(
        description="A month (`2026-03`) or week (`2026-W05`) of creation; empty for all open leads."
    )
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    undefined: str | None = Field(description="Why there is no value.")


class ExpectedDifference(Answer):
    """Group minus reference over all open leads; 0.1 is 10 points."""

    attribute: str
    group: str
    reference: str
    special_category: bool
    metric: str
    value: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    undefined: str | None


class ExpectedNow(Answer):
    """What the newest pull expects. `lacking` says why nothing could be, else it is null."""

    connection: Id
    audit: Id
    at: Moment
    as_of: date | None
    maturity_days: int | None
    lacking: str | None
    behind_since: Moment | None = Field(description="Since when it could not be brought up to date.")
    open: int = Field(description="Worked leads that are too young for an outcome that counts.")
    tolerance: float | None = Field(description="Of gaps; 0.05 is 5 points.")
    figures: tuple[ExpectedFigure, ...]
    gaps: tuple[ExpectedDifference, ...]
    cautions: tuple[str, ...]


class SaidBefore(Answer):
    """One estimate as it was said, and what became true; it is never computed anew."""

    cohort: str
    attribute: str
    group: str
    special_category: bool
    metric: str
    audit: Id
    said_at: datetime
    value: float
    low: float
    high: float
    n: int
    confidence: float
    ripe_at: datetime | None = Field(description="When the truth was added; null while outcomes are open.")
    became: float | None
    became_n: int
    held: bool | None
    error: float | None = Field(description="What was said less what became true.")


def _now(ask: Ask[Nothing]) -> ExpectedNow:
    row = ask.connection()
    seen = seen_of(ask.opened, row, special=ask.grant.special)
    if seen.now is None or seen.newest is None:
        raise not_found()
    found = seen.now.found
    since = [one.since for one in behind_of(ask.opened, row) if one.part == "expected"]
    return ExpectedNow(
        connection=row.id,
        audit=seen.newest.audit_id,
        at=seen.newest.made_at,
        as_of=found.as_of if found else None,
        maturity_days=found.maturity_days if found else None,
        lacking=seen.now.lacking or (found.absent if found else None) or None,
        behind_since=since[0] if since else None,
        tolerance=seen.now.tolerance if found else None,
        open=found.open if found else 0,
        **_parts(found, seen),
    )


def _parts(found: Expected | None, seen: Seen) -> dict[str, Any]:
    if found is None:
        return {"figures": (), "gaps": (), "cautions": ()}
    return {
        "figures": tuple(_figures(found, seen)),
        "gaps": tuple(_gaps(found, seen)),
        "cautions": tuple(one.text for one in found.cautions),
    }


def _figures(found: Expected, seen: Seen) -> list[ExpectedFigure]:
    return [
        ExpectedFigure(
            special_category=one.attribute in found.special,
            **{name: getattr(one, name) for name in ("attribute", "group", "cohort", "metric")},
            **{name: getattr(one.estimate, name) for name in ("value", "low", "high", "n", "undefined")},
        )
        for one in found.forecasts
        if seen.may_see(one.attribute)
    ]


def _gaps(found: Expected, seen: Seen) -> list[ExpectedDifference]:
    return [
        ExpectedDifference(
            special_category=one.attribute in found.special,
            **{name: getattr(one, name) for name in ("attribute", "group", "reference", "metric", "verdict")},
            **{name: getattr(one.estimate, name) for name in ("value", "low", "high", "undefined")},
        )
        for one in found.gaps
        if seen.may_see(one.attribute)
    ]


def _said(ask: Ask[Paged]) -> Page[SaidBefore]:
    seen = seen_of(ask.opened, ask.connection(), special=ask.grant.special)
    newest = sorted(seen.told, key=lambda one: one.cohort, reverse=True)
    part, after = cursors.cut(ask, newest)
    return Page[SaidBefore](items=tuple(_one(one) for one in part), next=after)


def _one(one: Told) -> SaidBefore:
    about = ("cohort", "attribute", "group", "metric", "said_at", "confidence")
    told = ("value", "low", "high", "n", "ripe_at", "became", "became_n", "held", "error")
    return SaidBefore(
        audit=one.audit_id,
        special_category=one.special,
        **{name: getattr(one, name) for name in (*about, *told)},
    )


OPERATIONS = (
    Operation(
        name="get_expected",
        path=f"{HERE}/expected",
        tag="Monitoring",
        summary="What is expected of the leads whose outcome is open, as of the newest pull",
        words="Every value is an estimate; `low` and `high` are meant to hold what will be seen.",
        does=_now,
        answers=ExpectedNow,
        scope="read:audits",
    ),
    Operation(
        name="list_expectations",
        path=f"{HERE}/expected/said",
        tag="Monitoring",
        summary="Estimates as they were said, beside what became true; newest leads first",
        does=_said,
        asks=Paged,
        answers=Page[SaidBefore],
        scope="read:audits",
    ),
)
