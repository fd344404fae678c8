"""Which accounts have a way in, and that the last administrator who has one stays."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.language import gettext
from webapp.store import tables
from webapp.store.people_tables import Identity


def can_sign_in(issuers: Collection[str]) -> ColumnElement[bool]:
    """Of an account that it has a way in, and is not locked; ``issuers`` are the providers set up."""
    known = and_(Identity.user_id == tables.User.id, Identity.issuer.in_(issuers))
    elsewhere = select(Identity.user_id).where(known).exists()
    way = or_(tables.User.password_hash != "", elsewhere)
    return and_(tables.User.locked_at.is_(None), way)


def deciding(issuers: Collection[str]) -> ColumnElement[bool]:
    """Of an account that it is an administrator's who can sign in."""
    return and_(tables.User.role == "admin", can_sign_in(issuers))


def refuse_last(session: Session, user: tables.User, issuers: Collection[str]) -> None:
    """Raise BadInput where without this person nobody could administer the installation."""
    able = set(session.scalars(select(tables.User.id).where(deciding(issuers))))
    if able == {user.id}:
        msg = gettext("'%(name)s' is the only administrator; add another one first", name=user.name)
        raise BadInput(msg)
