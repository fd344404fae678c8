"""What the last pull of a connection could not bring up to date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import delete, select

from webapp.store.database import Database
from webapp.store.drift_tables import NotKeptUp
from webapp.store.tables import Connection

Part = Literal["gaps", "drift", "expected"]
Why = Literal["data", "unreadable", "storage", "memory", "defect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A part that is not up to date: the first failure in a row, and the kind of the last one."""

    part: Part
    since: datetime
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUpToDate:
    """Of all connections. Every method is one transaction."""

    database: Database

    def note(self, connection_id: str, behind: Behind) -> None:
        """A part failed; the moment of the first failure in a row stays."""
        with self.database.writing() as session:
            if session.get(Connection, connection_id) is None:
                return
            row = session.get(NotKeptUp, (connection_id, behind.part))
            if row is None:
                values = {"part": behind.part, "since": behind.since, "why": behind.why}
                session.add(NotKeptUp(connection_id=connection_id, **values))
            else:
                row.why = behind.why

    def clear(self, connection_id: str, part: Part | None = None) -> None:
        """A part is up to date again, or all are."""
        query = delete(NotKeptUp).filter_by(connection_id=connection_id)
        with self.database.writing() as session:
            session.execute(query if part is None else query.filter_by(part=part))

    def of(self, connection_id: str) -> tuple[Behind, ...]:
        """The parts of a connection that are not up to date."""
        query = select(NotKeptUp).filter_by(connection_id=connection_id).order_by(NotKeptUp.part)
        with self.database.reading() as session:
            return tuple(
                Behind(part=cast("Part", row.part), since=row.since, why=cast("Why", row.why))
                for row in session.scalars(query)
            )
