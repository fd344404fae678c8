"""Expectations of each connection: said once, never changed, and their truth added once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select

from webapp.store.database import Database
from webapp.store.expectation_tables import Expectation
from webapp.store.tables import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationRow:
    """One expectation, as `webapp.store.expectation_tables.Expectation` says of each field."""

    id: str
    connection_id: str
    audit_id: str
    cohort: str
    attribute: str
    name: str
    metric: str
    special: bool
    said_at: datetime
    said: bytes = field(repr=False)
    ripe_at: datetime | None = None
    became: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """Of all connections. Every method is one transaction; none changes what was said."""

    database: Database

    def say(self, connection_id: str, rows: Iterable[ExpectationRow]) -> int:
        """Keep what was not said before, and how many that were; 0 where the connection has ended."""
        with self.database.writing() as session:
            connection = session.get(Connection, connection_id, with_for_update=True)
            if connection is None or connection.state == "disconnected":
                return 0
            fresh = [row for row in rows if session.get(Expectation, row.id) is None]
            for row in fresh:
                session.add(Expectation(**{name: getattr(row, name) for name in ExpectationRow.__slots__}))
            return len(fresh)

    def ripen(self, truths: Mapping[str, bytes], at: datetime) -> int:
        """Lay the truth beside what was said, where none is yet; how many that were."""
        with self.database.writing() as session:
            query = select(Expectation).where(Expectation.id.in_(truths), Expectation.became.is_(None))
            rows = session.scalars(query).all()
            for row in rows:
                row.became, row.ripe_at = truths[row.id], at
            return len(rows)

    def of(self, connection_id: str) -> tuple[ExpectationRow, ...]:
        """Those of a connection, the oldest cohort first."""
        order = (Expectation.cohort, Expectation.attribute, Expectation.name, Expectation.metric)
        with self.database.reading() as session:
            rows = session.scalars(
                select(Expectation).filter_by(connection_id=connection_id).order_by(*order)
            )
            return tuple(
                ExpectationRow(**{name: getattr(row, name) for name in ExpectationRow.__slots__})
                for row in rows
            )

    def holds(self, connection_id: str) -> bool:
        """Whether anything is kept of a connection."""
        query = select(func.count()).select_from(Expectation).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return bool(session.scalar(query))

    def remove(self, connection_id: str) -> None:
        """Remove those of a connection."""
        with self.database.writing() as session:
            session.execute(delete(Expectation).filter_by(connection_id=connection_id))
