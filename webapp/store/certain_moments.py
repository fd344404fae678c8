"""The last moment that was certain: a clock that jumps far beyond it is not believed by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from webapp.store import tables
from webapp.store.clock_tables import CertainMoment
from webapp.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class CertainMoments:
    """One for the installation. Every method is one transaction."""

    database: Database

    def last(self) -> datetime | None:
        """The last one; where none was kept yet, when a sync last came to its end, or a CRM was connected."""
        with self.database.reading() as session:
            row = session.get(CertainMoment, 1)
            if row is not None:
                return row.at
            synced = session.scalar(select(func.max(tables.SyncRun.made_at)))
            return synced or session.scalar(select(func.max(tables.Connection.connected_at)))

    def keep(self, moment: datetime) -> None:
        """Make this the last one."""
        with self.database.writing() as session:
            session.merge(CertainMoment(id=1, at=moment))
