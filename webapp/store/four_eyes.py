"""Whether two admins must agree on the texts of a connection, and who may be the second one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.store import tables
from webapp.store.convert import user_row
from webapp.store.policy_tables import FourEyes, Proposal
from webapp.store.way_in import deciding

ALONE = (
    "Two admins must agree on a change of this connection, so it cannot be saved by one: propose it on "
    "the page, and let another admin approve it."
)

NOT_APART = (
    "One administrator handed out the way into your account and into that of who proposed this, so the two "
    "may be one person. Somebody has to decide whom single sign-on or the server let in (fairlead people)."
)


def refuse_alone(session: Session, connection_id: str) -> None:
    """Raise BadInput where one person alone may not change this connection."""
    if session.get(FourEyes, connection_id) is not None:
        raise BadInput(ALONE)


def admins(session: Session, issuers: Collection[str]) -> int:
    """How many may decide: administrators who can sign in, with whom they let in counted as one."""
    found = session.scalars(select(tables.User).where(deciding(issuers))).all()
    return len({user_row(row).root for row in found})


def alike(session: Session, one_id: str, other_id: str) -> bool:
    """Whether two accounts may be one person: equal, or one administrator handed out the way into both."""
    rows = [session.get(tables.User, user_id) for user_id in (one_id, other_id)]
    roots = [user_row(row).root for row in rows if row is not None]
    return one_id == other_id or (len(roots) == 2 and roots[0] == roots[1])


def why_not(session: Session, row: Proposal, user_id: str) -> str:
    """Why this person may not approve a proposal; empty where they may.

    An account counts by its id, which is never given twice, and only if it is older than the proposal: so who
    proposed it gains nothing by another name, nor by deleting the account and making it again.
    """
    user = session.get(tables.User, user_id)
    if user is None or user.role != "admin" or user.locked_at is not None:
        return "Only an administrator can decide."
    if user.id == row.proposed_by_id:
        return "You proposed this yourself; another admin has to decide."
    if user.created_at > row.proposed_at:
        return "Your account is newer than this proposal; it has to be proposed again for you to approve it."
    if gone := _proposer_gone(session, row):
        return gone
    return NOT_APART if alike(session, user.id, row.proposed_by_id) else ""


def _proposer_gone(session: Session, row: Proposal) -> str:
    """Why a proposal counts no more; empty where who made it is still an administrator."""
    proposer = session.get(tables.User, row.proposed_by_id)
    if proposer is None:
        return "The account of who proposed this was removed; it has to be proposed again."
    if proposer.locked_at is not None:
        return "The account of who proposed this is locked; it has to be proposed again."
    if proposer.role != "admin":
        return "Who proposed this is no administrator any more; it has to be proposed again."
    return ""
