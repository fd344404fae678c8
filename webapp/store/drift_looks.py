"""What the pulls of each connection told of drift: the newest whole, older ones in short."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select, update

from webapp.store.database import Database
from webapp.store.drift_tables import DriftLook
from webapp.store.tables import Connection

KEPT = 120
"""Looks of a connection that are kept: about four months of a pull a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """One look, as `webapp.store.drift_tables.DriftLook` says of each field."""

    id: str
    connection_id: str
    audit_id: str
    made_at: datetime
    stream_version: int
    short: bytes = field(repr=False)
    whole: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLooks:
    """Of all connections. Every method is one transaction."""

    database: Database

    def keep(self, row: LookRow) -> bool:
        """Keep a look as the newest; False where its connection has ended."""
        with self.database.writing() as session:
            connection = session.get(Connection, row.connection_id, with_for_update=True)
            if connection is None or connection.state == "disconnected":
                return False
            of = DriftLook.connection_id == row.connection_id
            session.execute(update(DriftLook).where(of).values(whole=None))
            session.add(DriftLook(**{name: getattr(row, name) for name in LookRow.__slots__}))
            session.flush()
            kept = select(DriftLook.id).where(of).order_by(DriftLook.made_at.desc(), DriftLook.id)
            newest = session.scalars(kept.limit(KEPT)).all()
            session.execute(delete(DriftLook).where(of, DriftLook.id.not_in(newest)))
            return True

    def newest(self, connection_id: str) -> LookRow | None:
        """The last look; None before the first."""
        return next(iter(self.looks(connection_id, 1)), None)

    def looks(self, connection_id: str, most: int = KEPT) -> tuple[LookRow, ...]:
        """The last looks, the newest first."""
        query = select(DriftLook).filter_by(connection_id=connection_id)
        query = query.order_by(DriftLook.made_at.desc(), DriftLook.id).limit(most)
        with self.database.reading() as session:
            return tuple(
                LookRow(**{name: getattr(row, name) for name in LookRow.__slots__})
                for row in session.scalars(query)
            )

    def holds(self, connection_id: str) -> bool:
        """Whether anything is kept of a connection."""
        query = select(func.count()).select_from(DriftLook).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return bool(session.scalar(query))

    def remove(self, connection_id: str) -> None:
        """Remove what is kept of a connection."""
        with self.database.writing() as session:
            session.execute(delete(DriftLook).filter_by(connection_id=connection_id))
