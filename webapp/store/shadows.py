"""The shadow scores of each connection: started, learned, compared, stopped, and let go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.repository import Clock, short_id, utc_now
from webapp.store.shadow_tables import Shadow, ShadowAudit
from webapp.store.tables import Connection

KEPT = 60
"""The newest audits of a shadow score that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRow:
    """One shadow score, as `webapp.store.shadow_tables.Shadow` says of each field."""

    id: str
    connection_id: str
    experiment_id: str
    asked: Mapping[str, Any]
    who: str
    reason: str
    started_at: datetime
    stopped_at: datetime | None
    stopped_by: str
    learned_at: datetime | None
    content: bytes | None = field(repr=False)
    note: str
    writing_since: datetime | None
    writing_by: str
    writing_ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowAuditRow:
    """What came of it with one pull."""

    id: str
    shadow_id: str
    audit_id: str
    made_at: datetime
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShadow:
    """A shadow score that somebody starts."""

    experiment_id: str
    asked: Mapping[str, Any]
    who: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadows:
    """Of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def start(self, connection_id: str, new: NewShadow) -> str | None:
        """Start one and say so in the trail; its id, or None while another of the connection runs."""
        now = self.clock()
        with self.database.writing() as session:
            # One at a time decides whether another one runs.
            session.get(Connection, connection_id, with_for_update=True)
            if _running(session, connection_id) is not None:
                return None
            row = Shadow(
                **{name: getattr(new, name) for name in NewShadow.__slots__},
                id=short_id(),
                connection_id=connection_id,
                started_at=now,
                stopped_by="",
                note="",
                writing_by="",
            )
            session.add(row)
            detail = (
                f"shadow {row.id}, experiment {new.experiment_id}, {new.asked['remedy']['id']}: {new.reason}"
            )
            session.add(noted(now, new.who, "shadow score started", connection_id, detail))
            return row.id

    def stop(self, connection_id: str, who: str) -> bool:
        """Stop the one that runs, and forget what it learned; False where none runs."""
        now = self.clock()
        with self.database.writing() as session:
            row = _running(session, connection_id)
            if row is None:
                return False
            row.stopped_at, row.stopped_by, row.content, row.note = now, who, None, ""
            _end_writing(row, now)
            session.add(noted(now, who, "shadow score stopped", connection_id, f"shadow {row.id}"))
            return True

    def write(self, connection_id: str, who: str) -> bool:
        """Let the one that runs be written to the CRM; False where none runs, or it is written already."""
        now = self.clock()
        with self.database.writing() as session:
            row = _running(session, connection_id)
            if row is None or row.writing_since is not None:
                return False
            row.writing_since, row.writing_by, row.writing_ended_at = now, who, None
            session.add(noted(now, who, "shadow score write-back on", connection_id, f"shadow {row.id}"))
            return True

    def write_no_more(self, connection_id: str, who: str) -> bool:
        """End that; False where it was not written."""
        now = self.clock()
        with self.database.writing() as session:
            row = _running(session, connection_id)
            if row is None or row.writing_since is None:
                return False
            _end_writing(row, now)
            session.add(noted(now, who, "shadow score write-back off", connection_id, f"shadow {row.id}"))
            return True

    def learned(self, shadow_id: str, content: bytes) -> bool:
        """Keep what was learned; False where it was stopped meanwhile."""
        return self._while_running(shadow_id, content=content, learned_at=self.clock())

    def note(self, shadow_id: str, words: str) -> None:
        """Say why a pull brought nothing."""
        self._while_running(shadow_id, note=words)

    def add_audit(self, shadow_id: str, audit_id: str, content: bytes) -> bool:
        """Keep what came of a pull; False where it was stopped meanwhile."""
        with self.database.writing() as session:
            row = session.get(Shadow, shadow_id, with_for_update=True)
            if row is None or row.stopped_at is not None:
                return False
            row.note = ""
            session.add(
                ShadowAudit(
                    id=short_id(),
                    shadow_id=shadow_id,
                    audit_id=audit_id,
                    made_at=self.clock(),
                    content=content,
                )
            )
            session.flush()
            _let_go(session, shadow_id)
            return True

    def running(self, connection_id: str) -> ShadowRow | None:
        """The one that runs."""
        with self.database.reading() as session:
            row = _running(session, connection_id)
            return None if row is None else _row(row)

    def of(self, connection_id: str) -> tuple[ShadowRow, ...]:
        """All of a connection, the newest first."""
        query = select(Shadow).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(Shadow.started_at.desc(), Shadow.id))
            return tuple(_row(row) for row in rows)

    def audits(self, shadow_id: str) -> tuple[ShadowAuditRow, ...]:
        """What came of each pull, the newest first."""
        query = select(ShadowAudit).filter_by(shadow_id=shadow_id)
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(ShadowAudit.made_at.desc(), ShadowAudit.id))
            return tuple(
                ShadowAuditRow(**{name: getattr(row, name) for name in ShadowAuditRow.__slots__})
                for row in rows
            )

    def holds(self, connection_id: str) -> bool:
        """Whether there is any, running or not."""
        query = select(Shadow.id).filter_by(connection_id=connection_id).limit(1)
        with self.database.reading() as session:
            return session.scalar(query) is not None

    def remove(self, connection_id: str) -> None:
        """Remove all of a connection, with what came of them."""
        mine = select(Shadow.id).filter_by(connection_id=connection_id)
        with self.database.writing() as session:
            session.execute(delete(ShadowAudit).where(ShadowAudit.shadow_id.in_(mine)))
            session.execute(delete(Shadow).filter_by(connection_id=connection_id))

    def _while_running(self, shadow_id: str, **values: Any) -> bool:  # noqa: ANN401 - columns of Shadow
        query = update(Shadow).filter_by(id=shadow_id).where(Shadow.stopped_at.is_(None))
        with self.database.writing() as session:
            found = session.scalars(query.values(**values).returning(Shadow.id)).all()
            return bool(found)


def _running(session: Session, connection_id: str) -> Shadow | None:
    query = select(Shadow).filter_by(connection_id=connection_id).where(Shadow.stopped_at.is_(None))
    return session.scalars(query.limit(1)).first()


def put_learned(session: Session, shadow_id: str, content: bytes) -> None:
    """Keep what was learned in another form, within a transaction; nothing where it was stopped meanwhile."""
    query = update(Shadow).filter_by(id=shadow_id).where(Shadow.content.is_not(None))
    session.execute(query.values(content=content))


def _end_writing(row: Shadow, now: datetime) -> None:
    if row.writing_since is not None:
        row.writing_since, row.writing_ended_at = None, now


def _let_go(session: Session, shadow_id: str) -> None:
    """Delete all but the newest audits."""
    newest = (ShadowAudit.made_at.desc(), ShadowAudit.id)
    query = select(ShadowAudit.id).filter_by(shadow_id=shadow_id).order_by(*newest)
    old = session.scalars(query).all()[KEPT:]
    session.execute(delete(ShadowAudit).where(ShadowAudit.id.in_(old)))


def _row(row: Shadow) -> ShadowRow:
    return ShadowRow(**{name: getattr(row, name) for name in ShadowRow.__slots__})
