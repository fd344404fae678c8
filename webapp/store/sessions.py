"""Open sign-ins, kept here so that signing out ends a session even for who copied its cookie."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp.store import tables
from webapp.store.convert import user_row
from webapp.store.database import Database
from webapp.store.repository import Clock, utc_now
from webapp.store.rows import UserRow

NOTED_EVERY = timedelta(minutes=1)
"""How often the use of a session is written down: each request would be a write."""
PATIENCE_SECONDS = 0.5
IDLE = timedelta(days=7)
"""After how long without use a session ends where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """One open session of a person; ``own`` is the one that asks."""

    opened_at: datetime | None
    seen_at: datetime | None
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Sign-ins by the token in the browser's cookie; the database knows only its hash.

    A session ends after its ``lifetime``, and earlier where it was not used for the time ``idle``.
    """

    database: Database
    lifetime: timedelta
    idle: timedelta = IDLE
    clock: Clock = utc_now

    def open(self, user_id: str) -> str:
        """A new session's token."""
        with self.database.writing() as session:
            return self._opened(session, user_id)

    def open_as_proved(self, user: UserRow) -> str | None:
        """As `open`; None where the account was locked, removed or got another password since it was read.

        The account's row is held meanwhile, so that whoever changes it ends this session too.
        """
        with self.database.writing() as session:
            row = session.get(tables.User, user.id, with_for_update=True)
            if row is None or row.locked_at is not None or row.password_hash != user.password_hash:
                return None
            return self._opened(session, user.id)

    def _opened(self, session: Session, user_id: str) -> str:
        token, now = token_urlsafe(32), self.clock()
        session.execute(delete(tables.SignIn).where(tables.SignIn.expires_at <= now))
        row = tables.SignIn(
            token_hash=hash_of(token),
            user_id=user_id,
            expires_at=now + self.lifetime,
            opened_at=now,
            seen_at=now,
        )
        session.add(row)
        return token

    def user(self, token: str) -> UserRow | None:
        """Who this session belongs to; None after sign-out, at the end of its time, or of a locked person."""
        now = self.clock()
        with self.database.reading() as session:
            row = session.get(tables.SignIn, hash_of(token))
            if row is None or not is_alive(row, now, self.idle):
                return None
            user = session.get(tables.User, row.user_id)
        if user is None or user.locked_at is not None:
            return None
        if row.seen_at is None or now - row.seen_at >= NOTED_EVERY:
            self._note(row.token_hash, now)
        return user_row(user)

    def of(self, user_id: str, token: str) -> tuple[OpenSession, ...]:
        """A person's open sessions, the newest first; ``token`` is that of who asks."""
        newest = select(tables.SignIn).filter_by(user_id=user_id).order_by(tables.SignIn.expires_at.desc())
        own, now = hash_of(token), self.clock()
        with self.database.reading() as session:
            return tuple(
                OpenSession(opened_at=row.opened_at, seen_at=row.seen_at, own=row.token_hash == own)
                for row in session.scalars(newest)
                if is_alive(row, now, self.idle)
            )

    def close(self, token: str) -> None:
        """End one session."""
        with self.database.writing() as session:
            session.execute(delete(tables.SignIn).filter_by(token_hash=hash_of(token)))

    def _note(self, token_hash: str, now: datetime) -> None:
        # Nobody waits for another's write only to note that they are here.
        with suppress(OperationalError), self.database.writing(wait=PATIENCE_SECONDS) as session:
            row = session.get(tables.SignIn, token_hash)
            if row is not None:
                row.seen_at = now


def is_alive(row: tables.SignIn, now: datetime, idle: timedelta) -> bool:
    """Whether a session has not come to its end, and was used within the time ``idle``."""
    return row.expires_at > now and (row.seen_at is None or row.seen_at + idle > now)


def hash_of(token: str) -> str:
    """How a session is known here."""
    return sha256(token.encode()).hexdigest()
