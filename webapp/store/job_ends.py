"""How the jobs of each connection ended, counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from webapp.store.api_tables import JobEnd
from webapp.store.database import Database
from webapp.store.repository import Clock, utc_now

Outcome = Literal["done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCount:
    """How often a kind of job of a connection ended so."""

    connection_id: str
    kind: str
    outcome: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnds:
    """The ends of all jobs. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def add(self, connection_id: str, kind: str, outcome: Outcome) -> None:
        """Count one more."""
        key, lock = (connection_id, kind, outcome), f"job-end/{connection_id}"
        with self.database.exclusive(lock), self.database.writing() as session:
            row = session.get(JobEnd, key)
            if row is None:
                row = JobEnd(connection_id=connection_id, kind=kind, outcome=outcome, times=0)
                session.add(row)
            row.times, row.last_at = row.times + 1, self.clock()

    def all(self) -> tuple[JobCount, ...]:
        """Every count."""
        in_order = select(JobEnd).order_by(JobEnd.connection_id, JobEnd.kind, JobEnd.outcome)
        with self.database.reading() as session:
            return tuple(
                JobCount(**{name: getattr(row, name) for name in JobCount.__slots__})
                for row in session.scalars(in_order)
            )
