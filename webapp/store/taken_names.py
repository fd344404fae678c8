"""Whether an account of a name may be made."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.account_names import alike
from webapp.store import tables


def is_taken(session: Session, name: str) -> bool:
    """Whether an account has this name, without regard to case and form."""
    return alike(name) in {alike(known) for known in session.scalars(select(tables.User.name))}
