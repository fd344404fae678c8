"""Who may sign in, as administrators see and change it. The last administrator who can sign in stays.

Every change holds one named lock across threads, processes and machines, so that two administrators who
take each other's role away in one moment leave one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.store import tables
from webapp.store.accounts import PEOPLE
from webapp.store.convert import user_row
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.people_tables import Identity, Invitation
from webapp.store.repository import Clock, utc_now
from webapp.store.rows import Role, UserRow
from webapp.store.sessions import IDLE, is_alive
from webapp.store.way_in import refuse_last

REMOVED = marked("This account was removed meanwhile.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person as the list shows one: ``issuers`` are where else they sign in, ``sessions`` the open ones."""

    user: UserRow
    has_password: bool
    issuers: tuple[str, ...]
    locked_at: datetime | None
    signed_in_at: datetime | None
    invited_until: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The list, and what administrators do with it. Every method is one transaction.

    Those that change something raise BadInput where the account is gone, or is the last administrator's.
    ``issuers`` are the providers of the settings: by another one, nobody signs in. ``idle`` is after how long
    without use a session has ended.
    """

    database: Database
    issuers: tuple[str, ...] = ()
    idle: timedelta = IDLE
    clock: Clock = utc_now

    def all(self) -> tuple[PersonRow, ...]:
        """Everybody, by name."""
        now = self.clock()
        with self.database.reading() as session:
            sign_ins = session.scalars(select(tables.SignIn))
            opened = Counter(row.user_id for row in sign_ins if is_alive(row, now, self.idle))
            codes = session.scalars(select(Invitation).where(Invitation.expires_at > now))
            invited = {row.user_id: row.expires_at for row in codes}
            issuers: dict[str, list[str]] = {}
            for row in session.scalars(select(Identity).order_by(Identity.linked_at)):
                issuers.setdefault(row.user_id, []).append(row.issuer)
            return tuple(
                PersonRow(
                    user=user_row(row),
                    has_password=bool(row.password_hash),
                    issuers=tuple(issuers.get(row.id, ())),
                    locked_at=row.locked_at,
                    signed_in_at=row.signed_in_at,
                    invited_until=invited.get(row.id),
                    sessions=opened[row.id],
                )
                for row in session.scalars(select(tables.User).order_by(tables.User.name))
            )

    def set_role(self, user_id: str, role: Role, who: str, root: str | None = None) -> UserRow:
        """Give another role; from now on it is an administrator's choice, whatever single sign-on says.

        ``root`` is the account behind the administrator, None for the server: it is behind whom it promotes.
        """
        with self._changing(user_id) as (session, row):
            followed = session.scalars(select(Identity).filter_by(user_id=user_id, follows=True)).all()
            if root and (followed or (role == "admin" and row.role != "admin")):
                row.let_in_by = also_behind(row, root)
            if row.role == "admin" and role != "admin":
                refuse_last(session, row, self.issuers)
                end_codes_by(session, row, who, self.clock())
            if row.role != role:
                session.add(noted(self.clock(), who, "role changed", row.name, f"{row.role} to {role}"))
            row.role = role
            for identity in followed:
                lift(session, row, identity, who, self.clock())
                identity.follows = False
            return user_row(row)

    def lock(self, user_id: str, who: str) -> UserRow:
        """Let the person sign in no more, and end what is open: sessions, and a way in not used yet."""
        with self._changing(user_id) as (session, row):
            refuse_last(session, row, self.issuers)
            session.execute(update(Identity).filter_by(user_id=user_id).values(lost=False))
            shut(session, row, who, self.clock())
            return user_row(row)

    def unlock(self, user_id: str, who: str) -> UserRow:
        """Let the person sign in again."""
        with self._changing(user_id) as (session, row):
            session.execute(update(Identity).filter_by(user_id=user_id).values(lost=False))
            unlocked(session, row, who, self.clock())
            return user_row(row)

    def remove(self, user_id: str, who: str) -> UserRow:
        """Take a person's account away, and with it every session, token and way in."""
        with self._changing(user_id) as (session, row):
            refuse_last(session, row, self.issuers)
            found = user_row(row)
            end_codes_by(session, row, who, self.clock())
            session.execute(delete(tables.User).filter_by(id=user_id))
            session.add(noted(self.clock(), who, "person removed", found.name, found.role))
            return found

    def end_sessions(self, user_id: str, who: str, but: str = "") -> int:
        """Sign the person out everywhere, but for the session of one token's hash; how many ended."""
        with self._changing(user_id) as (session, row):
            open_ones = and_(tables.SignIn.user_id == user_id, tables.SignIn.token_hash != but)
            ended = session.scalar(select(func.count()).select_from(tables.SignIn).where(open_ones)) or 0
            session.execute(delete(tables.SignIn).where(open_ones))
            session.add(noted(self.clock(), who, "sessions ended", row.name, f"{ended}"))
            return ended

    def set_language(self, user_id: str, language: str) -> None:
        """Remember the language that a person chose; "" is the one that the browser asks for."""
        with self._changing(user_id) as (_, row):
            row.language = language or None

    def signed_in(self, user_id: str) -> None:
        """Note that the person has just signed in."""
        with self.database.writing() as session:
            row = session.get(tables.User, user_id)
            if row is not None:
                row.signed_in_at = self.clock()

    @contextmanager
    def _changing(self, user_id: str) -> Iterator[tuple[Session, tables.User]]:
        with self.database.exclusive(PEOPLE), self.database.writing() as session:
            row = session.get(tables.User, user_id)
            if row is None:
                raise BadInput(gettext(REMOVED))
            yield session, row


def shut(session: Session, user: tables.User, who: str, now: datetime, why: str = "") -> None:
    """Lock an account, and end what is open of it: sessions, its code, and the codes that it handed out."""
    if user.locked_at is None:
        user.locked_at = now
        session.add(noted(now, who, "person locked", user.name, f"{user.role}{why}"))
    session.execute(delete(tables.SignIn).filter_by(user_id=user.id))
    session.execute(delete(Invitation).filter_by(user_id=user.id))
    end_codes_by(session, user, who, now)


def unlocked(session: Session, user: tables.User, who: str, now: datetime) -> None:
    """Take the lock of an account away, if it has one."""
    if user.locked_at is not None:
        user.locked_at = None
        session.add(noted(now, who, "person unlocked", user.name, user.role))


def lift(session: Session, user: tables.User, identity: Identity, who: str, now: datetime) -> None:
    """Unlock an account that was locked because its provider gave it no role any more."""
    if identity.lost:
        identity.lost = False
        unlocked(session, user, who, now)


def end_codes_by(session: Session, maker: tables.User, who: str, now: datetime) -> None:
    """End the codes that somebody handed out and nobody used: who may no more let in lets in nobody."""
    codes = select(Invitation, tables.User.name).join(tables.User, tables.User.id == Invitation.user_id)
    for code, invited in session.execute(codes.where(Invitation.made_by == maker.id)).all():
        session.delete(code)
        session.add(noted(now, who, "code ended", invited, f"made by {maker.name}"))


def also_behind(user: tables.User, root: str) -> str:
    """Everybody behind an account and one more, the newest three: the column holds no more."""
    return " ".join(list(dict.fromkeys([*(user.let_in_by or "").split(), *root.split()]))[-3:])
