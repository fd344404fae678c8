"""The alerts of all connections, to be brought up to date and read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from webapp.alerts.change import Change, Kind
from webapp.store.alert_rows import LIVE, AlertRow, StepRow, alert_row, step_row
from webapp.store.alert_settling import settle
from webapp.store.alert_tables import Alert, AlertLook, AlertStep
from webapp.store.database import Database
from webapp.store.job_tables import Job
from webapp.store.repository import Clock, utc_now

PAGE = 25
ORDER = ("open", "assigned", "acknowledged", "waived", "closed")
GRAVE = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Which alerts are looked for; an empty value leaves nothing out.

    ``state`` is one of the states, or "live" for all whose cause holds. ``kinds`` and ``special`` are what
    the one who looks may see.
    """

    connection_id: str = ""
    state: str = ""
    severity: str = ""
    holder_id: str = ""
    kinds: tuple[Kind, ...] = ()
    special: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def settle(self, connection_id: str, changes: Sequence[Change], kinds: Collection[Kind]) -> None:
        """Bring the alerts of some kinds to what holds now."""
        with self.database.exclusive(f"alerts/{connection_id}"), self.database.writing() as session:
            settle(session, connection_id, (changes, kinds), self.clock())

    def due(self, connection_id: str, every: timedelta) -> bool:
        """Whether to look: the last look is long ago, or a job ended since. Of several, one is told so.

        A look that lies ahead was by a clock that was wrong, and does not put off the next one.
        """
        now = self.clock()
        with self.database.reading() as session:
            looked = session.scalar(select(AlertLook.looked_at).filter_by(connection_id=connection_id))
            ended = select(func.max(Job.ended_at)).filter_by(connection_id=connection_id)
            last = None if looked is None else session.scalar(ended)
        if looked is None:
            return self._first_look(connection_id, now)
        if abs(now - looked) < every and (last is None or not looked < last <= now):
            return False
        known = update(AlertLook).filter_by(connection_id=connection_id, looked_at=looked)
        with self.database.writing() as session:
            return bool(session.execute(known.values(looked_at=now)).rowcount)  # type: ignore[attr-defined]

    def _first_look(self, connection_id: str, now: datetime) -> bool:
        try:
            with self.database.writing() as session:
                session.add(AlertLook(connection_id=connection_id, looked_at=now))
        except IntegrityError:
            return False
        return True

    def one(self, alert_id: str) -> AlertRow | None:
        """One alert."""
        with self.database.reading() as session:
            row = session.get(Alert, alert_id)
            return None if row is None else alert_row(row)

    def of(self, connection_id: str) -> tuple[AlertRow, ...]:
        """Every alert of a connection, the gravest first."""
        query = select(Alert).filter_by(connection_id=connection_id).order_by(*_open_first())
        with self.database.reading() as session:
            return tuple(alert_row(row) for row in session.scalars(query))

    def page(self, wanted: Looking, number: int) -> tuple[tuple[AlertRow, ...], int]:
        """One page of alerts (from 1), open ones first, and how many there are on all pages."""
        query = _matching(select(Alert), wanted)
        whole = _matching(select(func.count()).select_from(Alert), wanted)
        shown = query.order_by(*_open_first()).offset((number - 1) * PAGE).limit(PAGE)
        with self.database.reading() as session:
            return tuple(alert_row(row) for row in session.scalars(shown)), session.scalar(whole) or 0

    def behind(self, wanted: Looking, place: tuple[datetime, str] | None, most: int) -> Sequence[AlertRow]:
        """Alerts behind a place (moment of opening and id of the last one seen), newest first."""
        query = _matching(select(Alert), wanted)
        if place is not None:
            at, key = Alert.opened_at, Alert.id
            query = query.where(or_(at < place[0], and_(at == place[0], key < place[1])))
        query = query.order_by(Alert.opened_at.desc(), Alert.id.desc()).limit(most)
        with self.database.reading() as session:
            return [alert_row(row) for row in session.scalars(query)]

    def waiting(self, wanted: Looking) -> int:
        """How many are open: nobody has acknowledged them."""
        query = _matching(select(func.count()).select_from(Alert), wanted).filter_by(state="open")
        with self.database.glancing() as link:
            return link.scalar(query) or 0

    def steps(self, alert_id: str) -> tuple[StepRow, ...]:
        """What became of one, the newest first."""
        query = select(AlertStep).filter_by(alert_id=alert_id).order_by(AlertStep.id.desc())
        with self.database.reading() as session:
            return tuple(step_row(row) for row in session.scalars(query))


def _matching(query: Select[*tuple[Any, ...]], wanted: Looking) -> Select[*tuple[Any, ...]]:
    asked = {
        "connection_id": wanted.connection_id,
        "severity": wanted.severity,
        "holder_id": wanted.holder_id,
        "state": "" if wanted.state == "live" else wanted.state,
    }
    found = [getattr(Alert, name) == value for name, value in asked.items() if value]
    if wanted.state == "live":
        found.append(Alert.state.in_(LIVE))
    if wanted.kinds:
        found.append(Alert.kind.in_(wanted.kinds))
    if not wanted.special:
        found.append(Alert.special_category.is_(False))
    return query.where(*found)


def _open_first() -> tuple[Any, ...]:
    states = case({name: place for place, name in enumerate(ORDER)}, value=Alert.state, else_=len(ORDER))
    grave = case({name: place for place, name in enumerate(GRAVE)}, value=Alert.severity, else_=len(GRAVE))
    return (states, grave, Alert.changed_at.desc(), Alert.id)
