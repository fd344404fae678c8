"""The messages of alerts: planned, begun, sent. A message is one row, however often it is tried."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from webapp.store.alert_rows import AlertRow
from webapp.store.alert_settling import step
from webapp.store.alert_tables import Alert, AlertMessage, AlertTold
from webapp.store.astray import ASTRAY
from webapp.store.database import Database
from webapp.store.repository import Clock, short_id, utc_now

MessageState = Literal["waiting", "sending", "sent", "failed", "dropped"]
PENDING = ("waiting", "sending")
KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message, as `webapp.store.alert_tables.AlertMessage` says of each field."""

    id: str
    channel_id: str
    connection_id: str
    escalation: bool
    items: tuple[str, ...]
    reached: tuple[str, ...]
    state: MessageState
    tries: int
    made_at: datetime
    not_before: datetime
    begun_at: datetime | None
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Alerts that a channel is to be told of, from a moment on."""

    channel_id: str
    connection_id: str
    escalation: bool
    alerts: Sequence[AlertRow]
    not_before: datetime


Alerts = Collection[AlertRow]
Heard = Mapping[tuple[str, str], tuple[int, int]]
"""By channel and alert: up to which revision and which opening the channel has heard, or will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessages:
    """Of all channels. Every method is one transaction; a message whose channel was removed is let be."""

    database: Database
    clock: Clock = utc_now

    def heard(self, connection_id: str) -> Heard:
        """What every channel has heard of a connection."""
        query = select(AlertTold).join(Alert, Alert.id == AlertTold.alert_id)
        query = query.where(Alert.connection_id == connection_id)
        with self.database.reading() as session:
            rows = session.scalars(query)
            return {(row.channel_id, row.alert_id): (row.revision, row.opening) for row in rows}

    def put(self, planned: Planned) -> None:
        """Plan a message: with one that waits already and is due no later, or as a new one."""
        with self.database.writing() as session:
            row = _joining(session, planned, self.clock()) or _new(session, planned, self.clock())
            row.items = [*dict.fromkeys((*row.items, *(one.id for one in planned.alerts)))]
            for alert in planned.alerts:
                told = AlertTold(
                    channel_id=planned.channel_id,
                    alert_id=alert.id,
                    revision=alert.revision,
                    opening=alert.opening,
                )
                session.merge(told)

    def ready(self, connection_id: str) -> tuple[MessageRow, ...]:
        """Those that are due, the oldest first."""
        query = select(AlertMessage).filter_by(connection_id=connection_id)
        query = query.where(AlertMessage.state.in_(PENDING), _may_go(self.clock()))
        with self.database.reading() as session:
            return tuple(_row(row) for row in session.scalars(query.order_by(AlertMessage.made_at)))

    def newest(self, channel_id: str, most: int) -> tuple[MessageRow, ...]:
        """The newest of a channel, newest first."""
        query = select(AlertMessage).filter_by(channel_id=channel_id)
        newest = query.order_by(AlertMessage.made_at.desc(), AlertMessage.id).limit(most)
        with self.database.reading() as session:
            return tuple(_row(row) for row in session.scalars(newest))

    def failed(self, channel_id: str) -> int:
        """How many of a channel failed, and wait for somebody to mend what was wrong."""
        query = select(func.count()).select_from(AlertMessage)
        with self.database.reading() as session:
            return session.scalar(query.filter_by(channel_id=channel_id, state="failed")) or 0

    def begin(self, message_id: str) -> None:
        """Note, before anything leaves, that it is being sent."""
        with self.database.writing() as session:
            for row in session.scalars(_held(message_id)):
                row.state, row.tries, row.begun_at = "sending", row.tries + 1, self.clock()

    def later(self, message_id: str, seconds: float, told: str) -> None:
        """It is tried again, not before so many seconds. It stays begun: it may have arrived."""
        with self.database.writing() as session:
            for row in session.scalars(_held(message_id)):
                row.not_before, row.told = self.clock() + timedelta(seconds=seconds), told

    def put_off(self, message_id: str, until: datetime) -> None:
        """It is not tried before a moment, and that is no try."""
        now = self.clock()
        with self.database.writing() as session:
            for row in session.scalars(_held(message_id)):
                row.not_before, row.made_at = until, min(row.made_at, now)
                row.begun_at = row.begun_at and min(row.begun_at, now)

    def reached(self, message_id: str, taken: Collection[str], channel: str, alerts: Alerts) -> None:
        """Some addresses have it and do not get it again; each alert that it told of says so."""
        with self.database.writing() as session:
            for row in session.scalars(_held(message_id)):
                if not row.reached:
                    _noted(session, row, (channel, alerts), self.clock())
                row.reached = sorted({*row.reached, *taken})

    def end(self, message_id: str, state: MessageState, told: str) -> None:
        """It has ended without being sent."""
        with self.database.writing() as session:
            for row in session.scalars(_held(message_id)):
                _end(row, (state, told), self.clock())

    def sent(self, message_id: str, told: str, channel: str, alerts: Alerts) -> None:
        """It was sent; each alert that it told of says so in its history, once."""
        with self.database.writing() as session:
            for row in session.scalars(_held(message_id)):
                if not row.reached:
                    _noted(session, row, (channel, alerts), self.clock())
                _end(row, ("sent", told), self.clock())

    def revive(self, connection_id: str) -> None:
        """What failed waits again, as new: somebody mended what was wrong."""
        failed = update(AlertMessage).filter_by(connection_id=connection_id, state="failed")
        with self.database.writing() as session:
            session.execute(failed.values(state="waiting", tries=0, not_before=self.clock()))

    def forget_old(self) -> None:
        """Let go of what ended long ago."""
        with self.database.writing() as session:
            session.execute(delete(AlertMessage).where(AlertMessage.ended_at < self.clock() - KEPT))


def _held(message_id: str) -> Select[AlertMessage]:
    """The message, for one transaction at a time; none where its channel was removed."""
    return select(AlertMessage).filter_by(id=message_id).with_for_update()


def _may_go(now: datetime) -> ColumnElement[bool]:
    """What is due, and what a clock put off that was far ahead."""
    written = func.coalesce(AlertMessage.begun_at, AlertMessage.made_at)
    return or_(AlertMessage.not_before <= now, written > now + ASTRAY)


def _joining(session: Session, planned: Planned, now: datetime) -> AlertMessage | None:
    """A message of the same channel that nobody has begun to send, and that waits for the same moment."""
    same = AlertMessage.not_before == planned.not_before
    if planned.not_before <= now:
        same = AlertMessage.not_before <= now
    query = select(AlertMessage).filter_by(
        channel_id=planned.channel_id,
        connection_id=planned.connection_id,
        escalation=planned.escalation,
        state="waiting",
        begun_at=None,
    )
    query = query.where(same).with_for_update()
    return session.scalars(query.limit(1)).first()


def _end(row: AlertMessage, how: tuple[MessageState, str], now: datetime) -> None:
    (row.state, row.told), row.ended_at, row.reached = how, now, []


def _noted(session: Session, row: AlertMessage, to: tuple[str, Alerts], now: datetime) -> None:
    channel, alerts = to
    held = select(Alert).where(Alert.id.in_([one.id for one in alerts]))
    for alert in session.scalars(held):
        step(session, alert, "escalated" if row.escalation else "sent", (now, ""), channel)


def _new(session: Session, planned: Planned, now: datetime) -> AlertMessage:
    row = AlertMessage(
        id=short_id(),
        channel_id=planned.channel_id,
        connection_id=planned.connection_id,
        escalation=planned.escalation,
        items=[],
        state="waiting",
        tries=0,
        made_at=now,
        not_before=planned.not_before,
        told="",
    )
    session.add(row)
    return row


def _row(row: AlertMessage) -> MessageRow:
    values = {name: getattr(row, name) for name in MessageRow.__slots__}
    lists = {"items": tuple(row.items), "reached": tuple(row.reached)}
    return MessageRow(**{**values, **lists, "state": cast("MessageState", row.state)})
