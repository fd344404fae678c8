"""What was tried about the gaps of each connection: asked for, made, and let go."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.experiment_tables import Experiment
from webapp.store.repository import Clock, short_id, utc_now
from webapp.store.work_jobs import Wanted, ask_in, has_open

KEPT = 20
"""The newest of a connection that are kept."""
MADE = Experiment.content.is_not(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentRow:
    """One experiment, as `webapp.store.experiment_tables.Experiment` says of each field."""

    id: str
    connection_id: str
    who: str
    asked_at: datetime
    asked: Mapping[str, Any]
    made_at: datetime | None
    content: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiments:
    """Of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def ask(self, connection_id: str, asked: Mapping[str, Any], who: str) -> str | None:
        """The id of the job that makes a new one; None while another of the connection has not ended."""
        with suppress(IntegrityError), self.database.writing() as session:
            wanted = Wanted(connection_id=connection_id, kind="remedies", who=who, wanted=short_id())
            if has_open(session, wanted):
                return None
            # What came to nothing before can no longer be started again.
            session.execute(delete(Experiment).filter_by(connection_id=connection_id).where(~MADE))
            now = self.clock()
            row = Experiment(
                id=wanted.wanted, connection_id=connection_id, who=who, asked_at=now, asked=dict(asked)
            )
            session.add(row)
            return ask_in(session, wanted, now).id
        return None  # somebody asked at the same moment

    def keep(self, experiment_id: str, content: bytes) -> bool:
        """Keep what was found, once, and say so in the trail; False where its connection has ended."""
        now = self.clock()
        with self.database.writing() as session:
            row = session.get(Experiment, experiment_id, with_for_update=True)
            if row is None:
                return False
            if row.content is None:
                row.made_at, row.content = now, content
                session.add(noted(now, row.who, "remedies tried", row.connection_id, f"experiment {row.id}"))
                session.flush()
                _let_go(session, row.connection_id)
            return True

    def one(self, experiment_id: str) -> ExperimentRow | None:
        """One of them, made or not."""
        with self.database.reading() as session:
            row = session.get(Experiment, experiment_id)
            return None if row is None else _row(row)

    def made(self, connection_id: str) -> tuple[ExperimentRow, ...]:
        """Those of a connection that are made, the newest first."""
        query = select(Experiment).filter_by(connection_id=connection_id).where(MADE)
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(Experiment.made_at.desc(), Experiment.id))
            return tuple(_row(row) for row in rows)

    def holds(self, connection_id: str) -> bool:
        """Whether there is any, made or not."""
        query = select(Experiment.id).filter_by(connection_id=connection_id).limit(1)
        with self.database.reading() as session:
            return session.scalar(query) is not None

    def remove(self, connection_id: str) -> None:
        """Remove all of a connection; one that is being made is lost."""
        with self.database.writing() as session:
            session.execute(delete(Experiment).filter_by(connection_id=connection_id))


def _let_go(session: Session, connection_id: str) -> None:
    """Delete all but the newest."""
    newest = (Experiment.made_at.desc(), Experiment.id)
    query = select(Experiment.id).filter_by(connection_id=connection_id).where(MADE).order_by(*newest)
    old = session.scalars(query).all()[KEPT:]
    session.execute(delete(Experiment).where(Experiment.id.in_(old)))


def _row(row: Experiment) -> ExperimentRow:
    return ExperimentRow(**{name: getattr(row, name) for name in ExperimentRow.__slots__})
