"""Accounts of people whom a provider proved: found by issuer and subject, linked once, or made."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.store import tables
from webapp.store.accounts import PEOPLE, new_account
from webapp.store.convert import user_row
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.invitations import Invitations
from webapp.store.people import end_codes_by, lift, shut
from webapp.store.people_tables import Identity
from webapp.store.repository import Clock, utc_now
from webapp.store.rows import Role, UserRow
from webapp.store.taken_names import is_taken
from webapp.store.way_in import refuse_last

NO_ROLE = marked(
    "You are known there, but nobody gave you a role here. Ask an administrator of this installation to "
    "invite you, or to be put into the right group."
)
LOST_ROLE = marked("The provider no longer gives you a role here. Ask an administrator of this installation.")
LAST = marked(
    "The provider no longer says that you are an administrator, and you are the only one here. Make another "
    "one on the server first: fairlead people add."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Who came: ``email`` is verified or empty, ``role`` what the groups give, ``name`` for a new account."""

    issuer: str
    subject: str = field(repr=False)
    email: str = field(repr=False)
    name: str = field(repr=False)
    role: Role | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """Who somebody is here. Every method is one transaction."""

    database: Database
    invitations: Invitations
    issuers: tuple[str, ...] = ()
    clock: Clock = utc_now

    def enter(self, who: Proved) -> UserRow:
        """The account of this person: theirs, one that was invited for their address, or a new one.

        Raises
        ------
        BadInput
            Nobody gave a role, or the provider took it away; the sentence says what to do.
        """
        with self.database.exclusive(PEOPLE), self.database.writing() as session:
            found = self._entered(session, who)
        if found is None:  # raised here, so that the lock stays
            raise BadInput(gettext(LOST_ROLE))
        return found

    def _entered(self, session: Session, who: Proved) -> UserRow | None:
        """The account; None where the provider took its role away, and with it every way in."""
        known = session.get(Identity, (who.issuer, who.subject))
        if known is not None:
            return self._again(session, known, who)
        invited = self.invitations.take_for(session, who.email) if who.email else None
        if invited is not None:
            return self._linked(session, invited, who, follows=False)
        if who.role is None:
            raise BadInput(gettext(NO_ROLE))
        return self._linked(session, self._new(session, who, who.role), who, follows=True)

    def _again(self, session: Session, known: Identity, who: Proved) -> UserRow | None:
        user = session.get_one(tables.User, known.user_id)
        if not known.follows:
            return user_row(user)
        if user.role == "admin" and who.role != "admin":
            _refuse(session, user, self.issuers)
        if who.role is None:
            known.lost = known.lost or user.locked_at is None
            shut(session, user, user.name, self.clock(), ", no group by single sign-on")
            return None
        lift(session, user, known, user.name, self.clock())
        if who.role != user.role:
            end_codes_by(session, user, user.name, self.clock())
            detail = f"{user.role} to {who.role}, by single sign-on"
            session.add(noted(self.clock(), user.name, "role changed", user.name, detail))
            user.role = who.role
        return user_row(user)

    def _linked(self, session: Session, user: tables.User, who: Proved, *, follows: bool) -> UserRow:
        now = self.clock()
        session.add(
            Identity(issuer=who.issuer, subject=who.subject, user_id=user.id, follows=follows, linked_at=now)
        )
        session.add(noted(now, user.name, "single sign-on linked", user.name, user.role))
        return user_row(user)

    def _new(self, session: Session, who: Proved, role: Role) -> tables.User:
        taken = is_taken(session, who.name)
        row = new_account(who.name, role, self.clock())
        if taken:
            row.name = f"{who.name[:100]} ({row.id})"
        session.add(row)
        session.flush()
        return row


def _refuse(session: Session, user: tables.User, issuers: tuple[str, ...]) -> None:
    try:
        refuse_last(session, user, issuers)
    except BadInput:
        raise BadInput(gettext(LAST)) from None
