"""The entries of the decision log, under pseudonyms."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.decisions.entry import Way
from connectors.decisions.look import Asked, Shown
from webapp.api import cursors
from webapp.api.operation import Ask, Operation
from webapp.api.shape import Answer, Page, Paged
from webapp.decision_look import look
from webapp.store.rows import Crm


def _as_written(day: object) -> object:
    """A day as ISO 8601 writes it: a number is not taken for seconds since 1970."""
    if day is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(day), re.ASCII):
        msg = "write the day as year-month-day, such as 2026-11-20"
        raise ValueError(msg)
    return day


Day = Annotated[date, BeforeValidator(_as_written)]


class DecisionsQuery(Paged):
    """Which entries of the log."""

    day: Day | None = Field(default=None, description="Logged on this day, in UTC.")


class DecisionEntry(Answer):
    """One score that was seen. Times are as the log has them (ISO 8601, UTC), empty where nobody knows."""

    number: int = Field(ge=0, description="Entries are only ever added, each with a larger number.")
    lead: str = Field(description="The pseudonym of the lead: 32 hexadecimal digits.")
    score: str | None = Field(
        description="After the policy; null where the lead had a score and has none now."
    )
    score_column: str
    scored_at: str = Field(description="Since when the score stood.")
    seen_at: str = Field(description="The time of the pull that logged it.")
    model_version: str = Field(description="Empty where the CRM does not tell it.")
    source: Crm
    way: Way = Field(description="pull: a pull saw it; earlier: it is from before, by the CRM's history.")
    policy_version: int = Field(description="0: not among the saved ones.")
    policy_digest: str


def _list(ask: Ask[DecisionsQuery]) -> Page[DecisionEntry]:
    place = cursors.read(ask)
    asked = Asked(
        day=ask.asked.day.isoformat() if ask.asked.day else "",
        before=int(place[0]) if place else None,
        limit=ask.asked.limit,
    )
    part = look(ask.opened, ask.connection(), asked).part
    after = None if part.before is None else cursors.write(ask, [part.before])
    return Page[DecisionEntry](items=tuple(_entry(one) for one in part.entries), next=after)


def _entry(one: Shown) -> DecisionEntry:
    names = [name for name in DecisionEntry.model_fields if name != "lead"]
    return DecisionEntry(lead=one.lead, **{name: getattr(one.decision, name) for name in names})


OPERATIONS = (
    Operation(
        name="list_decisions",
        path="/connections/{connection_id}/decision-log/entries",
        tag="Rules",
        summary="The entries of the decision log that are not erased, newest first",
        does=_list,
        asks=DecisionsQuery,
        answers=Page[DecisionEntry],
        scope="read:decisions",
        words="Those of one pull stand in an order that was drawn by lot.",
        kept=False,
    ),
)
