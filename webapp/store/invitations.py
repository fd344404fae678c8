"""One-time codes that let a person in: handed out once, kept as a hash, used once, gone after three days."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.store import tables
from webapp.store.accounts import PEOPLE, end_all, new_account
from webapp.store.convert import user_row
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.people import REMOVED, also_behind
from webapp.store.people_tables import Identity, Invitation
from webapp.store.repository import Clock, utc_now
from webapp.store.rows import Role, UserRow
from webapp.store.taken_names import refuse_taken
from webapp.store.typed_codes import new_code, plain_code

LIFETIME = timedelta(days=3)
LOCKED = marked("This account is locked; unlock it first.")
NO_ADDRESS = marked("The e-mail address is not one; write it as in ada@example.com, or leave it out.")
NOT_ASCII = marked(
    "The e-mail address must be of ASCII letters; write a domain of others in its form xn--..."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who hands out a way in: the name for the trail, the account, and the one behind it.

    The server has no account.
    """

    name: str
    account_id: str | None = None
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
            refuse_taken(session, wanted.name)
            row = new_account(wanted.name, wanted.role, self.clock())
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
                raise BadInput(gettext(LOCKED if row else REMOVED))
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
            elsewhere = session.scalar(select(Identity.user_id).filter_by(user_id=user.id).limit(1))
            user.let_in_by = _behind(user, row, stays=elsewhere is not None)
            user.password_hash = password_hash
            end_all(session, user, user.name, self.clock())
            session.add(noted(self.clock(), user.name, "code used", user.name))
            return user_row(user)

    def email_digest(self, email: str) -> str:
        """An address as it is kept: keyed, so that the table tells nobody's."""
        text = f"invitation/{email.lower()}".encode()
        return hmac.digest(self.secret, text, hashlib.sha256).hex()

    def take_for(self, session: Session, email: str) -> tables.User | None:
        """The account that was invited for this address, in the caller's transaction; its code is used up."""
        row = self._living(session, email_digest=self.email_digest(email))
        if row is None:
            return None
        user = session.get_one(tables.User, row.user_id)
        if row.let_in_by or not user.password_hash:
            user.let_in_by = _behind(user, row, stays=bool(user.password_hash))
        session.delete(row)
        return user

    def _living(self, session: Session, **known: str) -> Invitation | None:
        rows = session.scalars(select(Invitation).filter_by(**known)).all()
        living = [row for row in rows if row.expires_at > self.clock()]
        return living[0] if len(living) == 1 else None

    def _handed(self, session: Session, row: tables.User, email: str, by: By) -> Handed:
        email = email.strip()
        _refuse_unfit(email)
        code = new_code()
        session.execute(delete(Invitation).filter_by(user_id=row.id))
        session.add(
            Invitation(
                user_id=row.id,
                code_hash=hash_of(code),
                email_digest=self.email_digest(email) if email else None,
                made_by=by.account_id,
                let_in_by=by.root,
                expires_at=self.clock() + LIFETIME,
            )
        )
        return Handed(user=user_row(row), code=code)


def hash_of(code: str) -> str:
    """How a code is known here."""
    return hashlib.sha256(f"invitation/{plain_code(code)}".encode()).hexdigest()


def _refuse_unfit(email: str) -> None:
    """Raise BadInput where no provider can ever show this address; "" is none."""
    if not email.isascii():
        raise BadInput(gettext(NOT_ASCII))
    if email and (email.count("@") != 1 or not email.isprintable() or len(email) > 254 or " " in email):
        raise BadInput(gettext(NO_ADDRESS))


def _behind(user: tables.User, code: Invitation, *, stays: bool) -> str | None:
    """Who is behind an account after its code was used.

    Where another way in ``stays``, so does whoever made that; but what the server hands out vouches for all.
    """
    return also_behind(user, code.let_in_by) if code.let_in_by and stays else code.let_in_by
