"""No two accounts have names that look the same."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.account_names import alike
from webapp.language import gettext
from webapp.store import tables


def is_taken(session: Session, name: str) -> bool:
    """Whether an account has this name, without regard to case and form."""
    return alike(name) in {alike(known) for known in session.scalars(select(tables.User.name))}


def refuse_taken(session: Session, name: str) -> None:
    """Raise BadInput where an account has this name already."""
    if is_taken(session, name):
        msg = gettext("there is an account '%(name)s' already; choose another name", name=name)
        raise BadInput(msg)
