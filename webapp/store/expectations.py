"""Expectations of each connection: said once, never changed, and their truth added once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.store.database import Database
from webapp.store.expectation_tables import Expectation, ExpectedNow
from webapp.store.tables import Connection

MOST = 500
"""Ids in one query."""


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
class NowRow:
    """What the newest pull expects, as `webapp.store.expectation_tables.ExpectedNow` says of each field."""

    connection_id: str
    audit_id: str
    stream_version: int
    made_at: datetime
    found: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """Of all connections. Every method is one transaction; none changes what was said."""

    database: Database

    def say(self, now: NowRow, rows: Iterable[ExpectationRow]) -> int:
        """Keep what was not said before, and how many that were; 0 where the connection has ended."""
        with self.database.writing() as session:
            connection = session.get(Connection, now.connection_id, with_for_update=True)
            if connection is None or connection.state == "disconnected":
                return 0
            session.merge(ExpectedNow(**{name: getattr(now, name) for name in NowRow.__slots__}))
            known = _ids(session, now.connection_id)
            fresh = [row for row in rows if row.id not in known]
            session.add_all(
                Expectation(**{name: getattr(row, name) for name in ExpectationRow.__slots__})
                for row in fresh
            )
            return len(fresh)

    def ripen(self, truths: Mapping[str, bytes], at: datetime) -> int:
        """Lay the truth beside what was said, where none is yet; how many that were."""
        names, done = list(truths), 0
        with self.database.writing() as session:
            for start in range(0, len(names), MOST):
                part = names[start : start + MOST]
                query = select(Expectation).where(Expectation.id.in_(part), Expectation.became.is_(None))
                for row in session.scalars(query):
                    row.became, row.ripe_at = truths[row.id], at
                    done += 1
        return done

    def known(self, connection_id: str) -> frozenset[str]:
        """The ids of everything that was said."""
        with self.database.reading() as session:
            return _ids(session, connection_id)

    def waiting(self, connection_id: str) -> tuple[ExpectationRow, ...]:
        """Those that have no truth yet."""
        return self._rows(connection_id, waiting=True)

    def of(self, connection_id: str) -> tuple[ExpectationRow, ...]:
        """Those of a connection, the oldest cohort first."""
        return self._rows(connection_id, waiting=False)

    def now(self, connection_id: str) -> NowRow | None:
        """What the newest pull expects; None before the first."""
        with self.database.reading() as session:
            row = session.get(ExpectedNow, connection_id)
            if row is None:
                return None
            return NowRow(**{name: getattr(row, name) for name in NowRow.__slots__})

    def holds(self, connection_id: str) -> bool:
        """Whether anything is kept of a connection."""
        with self.database.reading() as session:
            return any(
                session.scalar(select(func.count()).select_from(table).filter_by(connection_id=connection_id))
                for table in (Expectation, ExpectedNow)
            )

    def remove(self, connection_id: str) -> None:
        """Remove those of a connection."""
        with self.database.writing() as session:
            for table in (Expectation, ExpectedNow):
                session.execute(delete(table).filter_by(connection_id=connection_id))

    def _rows(self, connection_id: str, *, waiting: bool) -> tuple[ExpectationRow, ...]:
        order = (Expectation.cohort, Expectation.attribute, Expectation.name, Expectation.metric)
        query = select(Expectation).filter_by(connection_id=connection_id).order_by(*order)
        query = query.where(Expectation.became.is_(None)) if waiting else query
        with self.database.reading() as session:
            return tuple(
                ExpectationRow(**{name: getattr(row, name) for name in ExpectationRow.__slots__})
                for row in session.scalars(query)
            )


def _ids(session: Session, connection_id: str) -> frozenset[str]:
    return frozenset(session.scalars(select(Expectation.id).filter_by(connection_id=connection_id)))
