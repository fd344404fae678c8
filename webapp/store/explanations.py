"""The explanations of each connection's score: asked for, made, and let go."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.explanation_tables import Explanation
from webapp.store.repository import Clock, short_id, utc_now
from webapp.store.work_jobs import Wanted, ask_in, has_open

MADE = Explanation.content.is_not(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationRow:
    """One explanation, as `webapp.store.explanation_tables.Explanation` says of each field."""

    id: str
    connection_id: str
    who: str
    asked_at: datetime
    fixed: tuple[str, ...]
    made_at: datetime | None
    content: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanations:
    """Of all connections; the newest of each is kept. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def ask(self, connection_id: str, fixed: tuple[str, ...], who: str) -> str | None:
        """The id of the job that makes a new one; None while another of the connection has not ended."""
        with suppress(IntegrityError), self.database.writing() as session:
            wanted = Wanted(connection_id=connection_id, kind="explain", who=who, wanted=short_id())
            if has_open(session, wanted):
                return None
            # What came to nothing before can no longer be started again.
            session.execute(delete(Explanation).filter_by(connection_id=connection_id).where(~MADE))
            now = self.clock()
            row = Explanation(
                id=wanted.wanted, connection_id=connection_id, who=who, asked_at=now, fixed=list(fixed)
            )
            session.add(row)
            return ask_in(session, wanted, now).id
        return None  # somebody asked at the same moment

    def keep(self, explanation_id: str, content: bytes) -> bool:
        """Keep what was found, once, in place of what was found before, and say so in the trail.

        False where its connection has ended.
        """
        now = self.clock()
        with self.database.writing() as session:
            row = session.get(Explanation, explanation_id, with_for_update=True)
            if row is None:
                return False
            if row.content is None:
                row.made_at, row.content = now, content
                detail = f"explanation {row.id}"
                session.add(noted(now, row.who, "score explained", row.connection_id, detail))
                session.flush()
                others = delete(Explanation).filter_by(connection_id=row.connection_id)
                session.execute(others.where(MADE, Explanation.id != row.id))
            return True

    def one(self, explanation_id: str) -> ExplanationRow | None:
        """One of them, made or not."""
        with self.database.reading() as session:
            row = session.get(Explanation, explanation_id)
            return None if row is None else _row(row)

    def newest(self, connection_id: str) -> ExplanationRow | None:
        """The one that is made; None before the first."""
        query = select(Explanation).filter_by(connection_id=connection_id).where(MADE)
        with self.database.reading() as session:
            row = session.scalar(query.order_by(Explanation.made_at.desc(), Explanation.id).limit(1))
            return None if row is None else _row(row)

    def holds(self, connection_id: str) -> bool:
        """Whether there is any, made or not."""
        query = select(Explanation.id).filter_by(connection_id=connection_id).limit(1)
        with self.database.reading() as session:
            return session.scalar(query) is not None

    def remove(self, connection_id: str) -> None:
        """Remove all of a connection; one that is being made is lost."""
        with self.database.writing() as session:
            session.execute(delete(Explanation).filter_by(connection_id=connection_id))


def _row(row: Explanation) -> ExplanationRow:
    plain = ("id", "connection_id", "who", "asked_at", "made_at", "content")
    values = {name: getattr(row, name) for name in plain}
    return ExplanationRow(**values, fixed=tuple(row.fixed))
