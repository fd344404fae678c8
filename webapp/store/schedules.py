"""When jobs of each connection are asked for by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select, update

from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.job_tables import Schedule
from webapp.store.repository import Clock, utc_now
from webapp.store.work_jobs import JobKind, Wanted, ask_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """On which weekdays (digits, 0 for Monday), how many minutes after midnight, in which time zone."""

    on: bool
    days: str
    minute: int
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """The schedule of one kind of job; ``looked_at`` is up to when it was looked at."""

    connection_id: str
    kind: JobKind
    rhythm: Rhythm
    looked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedules:
    """Of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def all(self) -> tuple[ScheduleRow, ...]:
        """Every one that was saved or looked at."""
        query = select(Schedule).order_by(Schedule.connection_id, Schedule.kind)
        with self.database.reading() as session:
            return tuple(_row(row) for row in session.scalars(query))

    def of(self, connection_id: str) -> dict[JobKind, ScheduleRow]:
        """Those of one connection."""
        return {row.kind: row for row in self.all() if row.connection_id == connection_id}

    def save(self, connection_id: str, rhythms: dict[JobKind, Rhythm], who: str) -> None:
        """Put others in force from now on; ``who`` "" means that they are the usual ones."""
        now = self.clock()
        with self.database.exclusive("schedules"), self.database.writing() as session:
            for kind, rhythm in rhythms.items():
                row = session.get(Schedule, (connection_id, kind))
                if row is not None and not who:
                    continue
                row = row or Schedule(connection_id=connection_id, kind=kind)
                row.on, row.days = rhythm.on, rhythm.days
                row.minute, row.zone, row.looked_at = rhythm.minute, rhythm.zone, now
                session.add(row)
            if who:
                session.add(noted(now, who, "schedule saved", connection_id, _told(rhythms)))

    def fire(self, row: ScheduleRow, until: datetime, wanted: Wanted | None) -> bool:
        """Ask for what fell due, if nobody else looked meanwhile; None asks for nothing."""
        known = update(Schedule).filter_by(
            connection_id=row.connection_id, kind=row.kind, looked_at=row.looked_at
        )
        with self.database.writing() as session:
            if session.execute(known.values(looked_at=until)).rowcount != 1:  # type: ignore[attr-defined]
                return False
            if wanted is not None:
                ask_in(session, wanted, until)
            return True


def _told(rhythms: dict[JobKind, Rhythm]) -> str:
    said = (
        f"{kind} {'on' if one.on else 'off'} {one.days} {one.minute // 60:02}:{one.minute % 60:02} {one.zone}"
        for kind, one in rhythms.items()
    )
    return "; ".join(said)


def _row(row: Schedule) -> ScheduleRow:
    return ScheduleRow(
        connection_id=row.connection_id,
        kind=cast("JobKind", row.kind),
        rhythm=Rhythm(on=row.on, days=row.days, minute=row.minute, zone=row.zone),
        looked_at=row.looked_at,
    )
