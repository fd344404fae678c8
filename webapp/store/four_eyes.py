"""Whether two admins must agree on the texts of a connection, and who may be the second one."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.store import tables
from webapp.store.policy_tables import FourEyes, Proposal

ALONE = (
    "Two admins must agree on a change of this connection, so it cannot be saved by one: propose it on "
    "the page, and let another admin approve it."
)


def refuse_alone(session: Session, connection_id: str) -> None:
    """Raise BadInput where one person alone may not change this connection."""
    if session.get(FourEyes, connection_id) is not None:
        raise BadInput(ALONE)


def admins(session: Session) -> int:
    """How many people may decide."""
    return session.scalar(select(func.count()).select_from(tables.User).filter_by(role="admin")) or 0


def why_not(session: Session, row: Proposal, user_id: str) -> str:
    """Why this person may not approve a proposal; empty where they may.

    An account counts by its id, which is never given twice, and only if it is older than the proposal: so who
    proposed it gains nothing by another name, nor by deleting the account and making it again.
    """
    user = session.get(tables.User, user_id)
    if user is None or user.role != "admin":
        return "Only an administrator can decide."
    if user.id == row.proposed_by_id:
        return "You proposed this yourself; another admin has to decide."
    if user.created_at > row.proposed_at:
        return "Your account is newer than this proposal; it has to be proposed again for you to approve it."
    return ""
