"""Open sign-ins, kept here so that signing out ends a session even for who copied its cookie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import delete

from webapp.store import tables
from webapp.store.convert import user_row
from webapp.store.database import Database
from webapp.store.repository import Clock, utc_now
from webapp.store.rows import UserRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Sign-ins by the token in the browser's cookie; the database knows only its hash."""

    database: Database
    lifetime: timedelta
    clock: Clock = utc_now

    def open(self, user_id: str) -> str:
        """A new session's token."""
        token, now = token_urlsafe(32), self.clock()
        with self.database.writing() as session:
            session.execute(delete(tables.SignIn).where(tables.SignIn.expires_at <= now))
            row = tables.SignIn(token_hash=_hash(token), user_id=user_id, expires_at=now + self.lifetime)
            session.add(row)
        return token

    def user(self, token: str) -> UserRow | None:
        """Who this session belongs to; None after sign-out or at the end of its time."""
        with self.database.reading() as session:
            row = session.get(tables.SignIn, _hash(token))
            if row is None or row.expires_at <= self.clock():
                return None
            return user_row(session.get_one(tables.User, row.user_id))

    def close(self, token: str) -> None:
        """End one session."""
        with self.database.writing() as session:
            session.execute(delete(tables.SignIn).filter_by(token_hash=_hash(token)))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
