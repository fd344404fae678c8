"""People who may sign in, how often they failed to, and the audit trail of who did what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.store import tables
from webapp.store.api_tables import ApiToken
from webapp.store.convert import event_row, user_row
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.people_tables import Invitation
from webapp.store.repository import Clock, short_id, utc_now
from webapp.store.rows import EventRow, Role, UserRow
from webapp.store.taken_names import refuse_taken

PEOPLE = "people"
"""The lock of every change of who may sign in."""
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)


def lock_after(failures: int, longest: timedelta = LONGEST_LOCK) -> timedelta:
    """How long sign-in stays closed after so many failures: not at first, then 1 s, doubled each time."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - FREE_FAILURES, 12)), longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A person who is to sign in."""

    name: str
    role: Role
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Users, failed sign-ins and the audit trail. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def any_user(self) -> bool:
        """Whether somebody may sign in already; when not, every page leads to the first-run page."""
        with self.database.reading() as session:
            return session.scalar(select(tables.User.id).limit(1)) is not None

    def any_admin(self) -> bool:
        """Whether there is an administrator; when not, the first-run page is open."""
        with self.database.reading() as session:
            return session.scalar(select(tables.User.id).filter_by(role="admin").limit(1)) is not None

    def user(self, user_id: str) -> UserRow | None:
        """One person by id."""
        with self.database.reading() as session:
            row = session.get(tables.User, user_id)
            return user_row(row) if row else None

    def user_named(self, name: str) -> UserRow | None:
        """One person by name; an empty name means the only person there is."""
        if "\0" in name:
            return None  # PostgreSQL refuses to compare such a text
        query = select(tables.User).filter_by(name=name) if name else select(tables.User)
        with self.database.reading() as session:
            rows = session.scalars(query.limit(2)).all()
        return user_row(rows[0]) if len(rows) == 1 else None

    def add_first_user(self, name: str, role: Role, password_hash: str) -> UserRow | None:
        """The first administrator of this installation; None where somebody else was faster.

        Raises
        ------
        BadInput
            The name is taken.
        """
        now = self.clock()
        with self.database.exclusive(PEOPLE), self.database.writing() as session:
            if session.scalar(select(tables.User.id).filter_by(role="admin").limit(1)) is not None:
                return None
            refuse_taken(session, name)
            row = new_account(name, role, now, password_hash)
            session.add_all([row, noted(now, name, "setup", name)])
            return user_row(row)

    def people(self) -> tuple[UserRow, ...]:
        """Everybody who may sign in, by name."""
        by_name = select(tables.User).order_by(tables.User.name)
        with self.database.reading() as session:
            return tuple(user_row(row) for row in session.scalars(by_name))

    def add_user(self, new: NewUser, who: str) -> UserRow:
        """One more person. Raises BadInput where the name is taken."""
        now = self.clock()
        with self.database.exclusive(PEOPLE), self.database.writing() as session:
            refuse_taken(session, new.name)
            row = new_account(new.name, new.role, now, new.password_hash)
            session.add_all([row, noted(now, who, "person added", new.name, new.role)])
            return user_row(row)

    def rehash(self, user: UserRow, password_hash: str) -> UserRow:
        """The same password under stronger parameters, where it is still the account's; sessions go on."""
        same = update(tables.User).filter_by(id=user.id, password_hash=user.password_hash)
        with self.database.writing() as session:
            session.execute(same.values(password_hash=password_hash))
        return replace(user, password_hash=password_hash)

    def set_password(self, user: UserRow, password_hash: str, who: str) -> None:
        """Another password: what was open of the account ends, and all failed sign-ins are forgotten."""
        with self.database.exclusive(PEOPLE), self.database.writing() as session:
            row = session.get_one(tables.User, user.id)
            row.password_hash, row.let_in_by = password_hash, None
            end_all(session, row, who, self.clock())
            session.execute(delete(tables.SignInThrottle))
            session.add(noted(self.clock(), who, "password changed", user.name))

    def unlock(self, who: str) -> None:
        """Forget all failed sign-ins, so that everybody may try again."""
        with self.database.writing() as session:
            session.execute(delete(tables.SignInThrottle))
            session.add(noted(self.clock(), who, "sign-in unlocked", ""))

    def locked_until(self, subjects: Iterable[str]) -> datetime | None:
        """Until when sign-in is closed for any of these accounts or addresses; None when it is open."""
        query = select(tables.SignInThrottle).where(tables.SignInThrottle.subject.in_(list(subjects)))
        now = self.clock()
        with self.database.reading() as session:
            ends = [row.locked_until for row in session.scalars(query)]
        return max((end for end in ends if end and end > now), default=None)

    def failed(self, subjects: Mapping[str, timedelta]) -> None:
        """Count a failed sign-in of each subject, and close the door after too many, so long at most."""
        now = self.clock()
        with self.database.writing() as session:
            session.execute(
                delete(tables.SignInThrottle).where(tables.SignInThrottle.changed_at < now - FORGOTTEN_AFTER)
            )
            for subject, longest in subjects.items():
                row = session.get(tables.SignInThrottle, subject)
                if row is None:
                    row = tables.SignInThrottle(subject=subject, failures=0)
                    session.add(row)
                row.failures, row.changed_at = row.failures + 1, now
                row.locked_until = now + lock_after(row.failures, longest)

    def taken_back(self, subjects: Mapping[str, timedelta]) -> None:
        """Take one count of each subject back: what was counted turned out to be nobody's failure."""
        with self.database.writing() as session:
            for subject, longest in subjects.items():
                row = session.get(tables.SignInThrottle, subject)
                if row is None:
                    continue  # somebody signed in meanwhile, and all is forgotten
                row.failures -= 1
                row.locked_until = row.changed_at + lock_after(row.failures, longest)
                if row.failures <= 0:
                    session.delete(row)

    def succeeded(self, subjects: Iterable[str]) -> None:
        """Forget the failures after a good sign-in."""
        forgotten = tables.SignInThrottle.subject.in_(list(subjects))
        with self.database.writing() as session:
            session.execute(delete(tables.SignInThrottle).where(forgotten))

    def record(self, who: str, action: str, target: str = "", detail: str = "") -> None:
        """Add a line to the audit trail."""
        with self.database.writing() as session:
            session.add(noted(self.clock(), who, action, target, detail))

    def events(self, limit: int = 200) -> tuple[EventRow, ...]:
        """The newest lines of the audit trail, newest first."""
        query = select(tables.Event).order_by(tables.Event.id.desc()).limit(limit)
        with self.database.reading() as session:
            return tuple(event_row(row) for row in session.scalars(query))


def new_account(name: str, role: Role, now: datetime, password_hash: str = "") -> tables.User:
    """An account that is to be added; nobody comes in by a password where none is given."""
    return tables.User(id=short_id(), name=name, role=role, password_hash=password_hash, created_at=now)


def end_all(session: Session, user: tables.User, who: str, now: datetime) -> None:
    """End what was open of an account: its sessions, its code, and the API tokens that act for it.

    Whoever had the account before must keep no way in past another password.
    """
    session.execute(delete(tables.SignIn).filter_by(user_id=user.id))
    session.execute(delete(Invitation).filter_by(user_id=user.id))
    living = select(ApiToken).filter_by(user_id=user.id).where(ApiToken.revoked_at.is_(None))
    for token in session.scalars(living):
        token.revoked_at, token.revoked_by, token.digest = now, who, None
        session.add(noted(now, who, "API token revoked", token.id, f"{token.name}: another password"))
