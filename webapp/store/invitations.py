"""One-time codes that let a person in: handed out once, kept as a hash, used once, gone after three days."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import choice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.store import tables
from webapp.store.accounts import end_all, noted
from webapp.store.convert import user_row
from webapp.store.database import Database
from webapp.store.people import PEOPLE
from webapp.store.people_tables import Invitation
from webapp.store.repository import UNAMBIGUOUS, Clock, short_id, utc_now
from webapp.store.rows import Role, UserRow
from webapp.store.taken_names import is_taken

LIFETIME = timedelta(days=3)
LOCKED = "This account is locked; unlock it first."
NOT_ASCII = "The e-mail address must be of ASCII letters; write a domain of others in its form xn--..."
GROUPS, GROUP_LENGTH = 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who hands out a way in: the name for the trail, and the account behind it, None for the server."""

    name: str
    root: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The person to let in. ``email`` is what single sign-on must show, "" where only the code is to do."""

    name: str
    role: Role
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A code to hand over; it is told here, once."""

    user: UserRow
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitations:
    """Codes and their use. Every method is one transaction; ``secret`` keys the hashes of addresses."""

    database: Database
    secret: bytes = field(repr=False)
    clock: Clock = utc_now

    def invite(self, wanted: Wanted, by: By) -> Handed:
        """Make an account that has no password yet, and the code for it. BadInput where the name is taken."""
        with self.database.exclusive(PEOPLE), self.database.writing() as session:
            if is_taken(session, wanted.name):
                msg = f"there is an account '{wanted.name}' already; choose another name"
                raise BadInput(msg)
            row = tables.User(
                id=short_id(),
                name=wanted.name,
                role=wanted.role,
                password_hash="",
                created_at=self.clock(),
            )
            session.add(row)
            session.add(noted(self.clock(), by.name, "person invited", wanted.name, wanted.role))
            session.flush()
            return self._handed(session, row, wanted.email, by)

    def invite_again(self, user_id: str, email: str, by: By) -> Handed:
        """A new code for an account; one from before is worth nothing from now on, a password goes on.

        Raises
        ------
        BadInput
            The account is gone or locked.
        """
        with self.database.exclusive(PEOPLE), self.database.writing() as session:
            row = session.get(tables.User, user_id)
            if row is None or row.locked_at is not None:
                msg = (
                    "This account is locked; unlock it first."
                    if row
                    else "This account was removed meanwhile."
                )
                raise BadInput(msg)
            session.add(noted(self.clock(), by.name, "new code made", row.name))
            return self._handed(session, row, email, by)

    def invited(self, code: str) -> UserRow | None:
        """Whom a code lets in; None where it is wrong, used or too old."""
        with self.database.reading() as session:
            row = self._living(session, code_hash=hash_of(code))
            return user_row(session.get_one(tables.User, row.user_id)) if row else None

    def accept(self, code: str, password_hash: str) -> UserRow | None:
        """Use a code, once: the account gets this password, and what was open of it ends."""
        with self.database.exclusive(PEOPLE), self.database.writing() as session:
            row = self._living(session, code_hash=hash_of(code))
            if row is None:
                return None
            user = session.get_one(tables.User, row.user_id)
            user.password_hash, user.let_in_by = password_hash, row.let_in_by
            end_all(session, user, user.name, self.clock())
            session.add(noted(self.clock(), user.name, "code used", user.name))
            return user_row(user)

    def email_digest(self, email: str) -> str:
        """An address as it is kept: keyed, so that the table tells nobody's."""
        text = f"invitation/{email.strip().lower()}".encode()
        return hmac.digest(self.secret, text, hashlib.sha256).hex()

    def take_for(self, session: Session, email: str) -> tables.User | None:
        """The account that was invited for this address, in the caller's transaction; its code is used up."""
        row = self._living(session, email_digest=self.email_digest(email))
        if row is None:
            return None
        user = session.get_one(tables.User, row.user_id)
        if row.let_in_by or not user.password_hash:
            user.let_in_by = row.let_in_by
        session.delete(row)
        return user

    def _living(self, session: Session, **known: str) -> Invitation | None:
        rows = session.scalars(select(Invitation).filter_by(**known)).all()
        living = [row for row in rows if row.expires_at > self.clock()]
        return living[0] if len(living) == 1 else None

    def _handed(self, session: Session, row: tables.User, email: str, by: By) -> Handed:
        if not email.isascii():
            raise BadInput(NOT_ASCII)
        code = "-".join("".join(choice(UNAMBIGUOUS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
        session.execute(delete(Invitation).filter_by(user_id=row.id))
        session.add(
            Invitation(
                user_id=row.id,
                code_hash=hash_of(code),
                email_digest=self.email_digest(email) if email else None,
                let_in_by=by.root,
                expires_at=self.clock() + LIFETIME,
            )
        )
        return Handed(user=user_row(row), code=code)


def hash_of(code: str) -> str:
    """How a code is known; dashes, blanks and case do not matter. It has about 98 random bits."""
    plain = "".join(code.replace("-", "").split()).lower()
    return hashlib.sha256(f"invitation/{plain}".encode()).hexdigest()
