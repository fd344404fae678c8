"""The outcome audits of each connection, as they were told: added to, never changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.outcome_tables import OutcomeAudit
from webapp.store.tables import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """One outcome audit, as `webapp.store.outcome_tables.OutcomeAudit` says of each field."""

    id: str
    connection_id: str
    cohort: str
    told_at: datetime
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAudits:
    """Of all connections. Every method is one transaction."""

    database: Database

    def keep(self, row: OutcomeRow, who: str) -> bool:
        """Keep what was told, and note it in the trail; False where its quarter was told already.

        False as well where its connection has ended.
        """
        try:
            with self.database.writing() as session:
                connection = session.get(Connection, row.connection_id, with_for_update=True)
                if connection is None or connection.state == "disconnected":
                    return False
                known = select(OutcomeAudit.id).filter_by(connection_id=row.connection_id, cohort=row.cohort)
                if session.scalar(known) is not None:
                    return False
                session.add(OutcomeAudit(**{name: getattr(row, name) for name in OutcomeRow.__slots__}))
                session.add(noted(row.told_at, who, "outcomes audited", row.connection_id, row.cohort))
        except IntegrityError:
            # Somebody told the same quarter at the same moment.
            return False
        return True

    def cohorts(self, connection_id: str) -> frozenset[str]:
        """The quarters that were told."""
        with self.database.reading() as session:
            found = session.scalars(select(OutcomeAudit.cohort).filter_by(connection_id=connection_id))
            return frozenset(found)

    def all(self, connection_id: str) -> tuple[OutcomeRow, ...]:
        """Those of a connection, the newest quarter first."""
        query = select(OutcomeAudit).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(OutcomeAudit.cohort.desc()))
            return tuple(
                OutcomeRow(**{name: getattr(row, name) for name in OutcomeRow.__slots__}) for row in rows
            )

    def holds(self, connection_id: str) -> bool:
        """Whether anything is kept of a connection."""
        query = select(func.count()).select_from(OutcomeAudit).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return bool(session.scalar(query))

    def remove(self, connection_id: str) -> None:
        """Remove what is kept of a connection, whose key is gone; the trail still says when it was told."""
        with self.database.writing() as session:
            session.execute(delete(OutcomeAudit).filter_by(connection_id=connection_id))
