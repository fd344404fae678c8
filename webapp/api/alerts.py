"""Alerts: what somebody should know of, and two things that a program may do about one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from audit.finding import Severity
from webapp.alerts.change import Kind
from webapp.alerts.message import is_withheld
from webapp.alerts.saying import said
from webapp.api import cursors
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.problem import Problem, Why, not_found
from webapp.api.shape import Answer, Asked, Id, Moment, Page, Paged
from webapp.services import Services
from webapp.special_names import marked
from webapp.store.alert_acts import LONGEST_REASON, Actor, Wish
from webapp.store.alert_rows import AlertRow, State, Waiver
from webapp.store.alerts import Looking

MOST = 10_000
SPECIAL = Why(
    status=403,
    name="special-category",
    detail="This alert is about a special category, so it needs the scope read:special.",
)


class AlertQuery(Paged):
    """Which alerts."""

    state: State | None = Field(default=None, description="In this state.")
    severity: Severity | None = Field(default=None, description="Of this severity.")
    connection: Id | None = Field(default=None, description="Of this connection.")


class AlertShown(Answer):
    """One subject that somebody should know of; its sentences are in English."""

    id: Id
    connection: Id
    kind: Kind
    severity: Severity
    state: State
    special_category: bool
    what: str
    quote: str = Field(description="What the audit or the job itself says; often a whole finding.")
    how_sure: str = Field(description="The gap with its range and leads, or where else it is known from.")
    what_to_do: str
    page: str = Field(description="The page of its cause, below the application's address.")
    revision: int = Field(ge=1, description="How often there was news of it.")
    opened_at: Moment
    changed_at: Moment
    closed_at: Moment | None
    assigned_to: str
    waiver: Waiver = Field(description="`asked` waits for a second administrator, `given` is in force.")
    waived_until: Moment | None


def whole(value: object) -> object:
    """A number that is written with a point, such as 7.0, is a whole one in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class NewWaiver(Asked):
    """How long an alert is accepted, and why."""

    reason: str = Field(
        min_length=1,
        max_length=LONGEST_REASON,
        pattern=r"^[^\x00]*\S[^\x00]*$",
        description="It stands in the trail.",
    )
    days: Annotated[int, BeforeValidator(whole)] = Field(
        ge=1, le=365, description="How many days after today it holds, by days in UTC."
    )


def _list(ask: Ask[AlertQuery]) -> Page[AlertShown]:
    place = cursors.read(ask)
    at = (datetime.fromisoformat(str(place[0])), str(place[1])) if place else None
    rows = ask.opened.alerting.alerts.behind(_wanted(ask), at, ask.asked.limit + 1)
    part, after = cursors.page(ask, rows, lambda row: [row.opened_at.isoformat(), row.id])
    seen = [row for row in part if ask.grant.special or not _about(ask.opened, row)]
    items = tuple(_shown(ask.opened, row) for row in seen)
    return Page[AlertShown](items=items, next=after, withheld=_withheld(ask))


def _withheld(ask: Ask[AlertQuery]) -> int:
    """How many of the whole list the token may not see."""
    if ask.grant.special:
        return 0
    rows = ask.opened.alerting.alerts.behind(_wanted(ask), None, MOST)
    return sum(_about(ask.opened, row) for row in rows)


def _wanted(ask: Ask[AlertQuery]) -> Looking:
    asked, own = ask.asked, ask.grant.token.connection_id
    chosen = asked.connection or own or ""
    if chosen:
        ask.connection_of(chosen)
    return Looking(connection_id=chosen, state=asked.state or "", severity=asked.severity or "")


def _one(ask: Ask[Nothing]) -> AlertShown:
    return _shown(ask.opened, _row(ask))


def _acknowledge(ask: Ask[Nothing]) -> AlertShown:
    row = _row(ask)
    ask.opened.alerting.acts.acknowledge(row.id, _actor(ask))
    return _shown(ask.opened, _row(ask))


def _waive(ask: Ask[NewWaiver]) -> AlertShown:
    row, until = _row(ask), ask.opened.clock().date() + timedelta(days=ask.asked.days)
    wish = Wish(reason=ask.asked.reason, until=until)
    ask.opened.alerting.acts.waive(row.id, wish, _actor(ask))
    return _shown(ask.opened, _row(ask))


def _actor(ask: Ask[Nothing] | Ask[NewWaiver]) -> Actor:
    """Whom the token acts for asks, so that nobody agrees to a wish of their own."""
    token = ask.grant.token
    holder = ask.opened.accounts.user_named(token.made_by) if token.holder_role is not None else None
    return Actor(id=holder.id if holder else "", name=ask.grant.who)


def _row(ask: Ask[Nothing] | Ask[NewWaiver]) -> AlertRow:
    row = ask.opened.alerting.alerts.one(str(ask.names["alert_id"]))
    if row is None or not ask.grant.sees(row.connection_id):
        raise not_found()
    if _about(ask.opened, row) and not ask.grant.special:
        raise Problem(SPECIAL)
    return row


def _about(opened: Services, row: AlertRow) -> bool:
    return is_withheld(row, marked(opened, row.connection_id, ()))


def _shown(opened: Services, row: AlertRow) -> AlertShown:
    same = ("id", "kind", "severity", "state", "page", "revision", "opened_at", "changed_at", "closed_at")
    return AlertShown(
        **{name: getattr(row, name) for name in same},
        connection=row.connection_id,
        special_category=_about(opened, row),
        what=said(row.told.what),
        quote=row.told.quote,
        how_sure=said(row.told.sure),
        what_to_do=said(row.told.todo),
        assigned_to=row.holder,
        waiver=row.waiver,
        waived_until=row.waived_until,
    )


HERE = "/alerts/{alert_id}"
OPERATIONS = (
    Operation(
        name="list_alerts",
        path="/alerts",
        tag="Alerts",
        summary="What somebody should know of, newest first",
        does=_list,
        asks=AlertQuery,
        answers=Page[AlertShown],
        scope="read:alerts",
    ),
    Operation(
        name="get_alert",
        path=HERE,
        tag="Alerts",
        summary="One alert",
        does=_one,
        answers=AlertShown,
        scope="read:alerts",
    ),
    Operation(
        name="acknowledge_alert",
        method="POST",
        path=f"{HERE}/acknowledge",
        tag="Alerts",
        summary="Say that somebody knows of it; it is not escalated then",
        does=_acknowledge,
        answers=AlertShown,
        scope="write:alerts",
        others=(409,),
    ),
    Operation(
        name="waive_alert",
        method="POST",
        path=f"{HERE}/waive",
        tag="Alerts",
        summary="Accept it until a day",
        words="Where two administrators must agree on the connection, a second one has to confirm it.",
        does=_waive,
        asks=NewWaiver,
        answers=AlertShown,
        scope="write:alerts",
        others=(409,),
    ),
)
