"""Whether two admins must agree on the texts of a connection, and who may be the second one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.store import tables
from webapp.store.people_tables import Identity
from webapp.store.policy_tables import FourEyes, Proposal
from webapp.store.way_in import deciding

ALONE = marked(
    "Two admins must agree on a change of this connection, so it cannot be saved by one: propose it on "
    "the page, and let another admin approve it."
)

NOT_APART = marked(
    "One administrator let in or promoted your account and that of who proposed this, or only one of you "
    "came by single sign-on: the two may be one person. Another administrator has to decide, or somebody "
    "with access to the server makes you a new code (fairlead people code)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """Who may be behind an account; ``lone`` says that single sign-on alone, or nobody, vouches for that."""

    roots: frozenset[str]
    issuers: frozenset[str]
    lone: bool


def refuse_alone(session: Session, connection_id: str) -> None:
    """Raise BadInput where one person alone may not change this connection."""
    if session.get(FourEyes, connection_id) is not None:
        raise BadInput(gettext(ALONE))


def admins(session: Session, issuers: Collection[str]) -> int:
    """How many may decide: administrators who can sign in, with whom they let in counted as one."""
    found = session.scalars(select(tables.User).where(deciding(issuers))).all()
    behind = [_behind(session, row) for row in found]
    return max((_apart_from(one, behind) for one in behind), default=0)


def alike(session: Session, one_id: str, other_id: str) -> bool:
    """Whether two accounts may be one person.

    They are equal, one administrator is behind both, or only one of them came by an issuer and nothing else
    vouches for it: everybody has a password and an account at the provider.
    """
    rows = [session.get(tables.User, user_id) for user_id in (one_id, other_id)]
    found = [_behind(session, row) for row in rows if row is not None]
    return one_id == other_id or (len(found) == 2 and not _apart(*found))


def why_not(session: Session, row: Proposal, user_id: str) -> str:
    """Why this person may not approve a proposal; empty where they may.

    An account counts by its id, which is never given twice, and only if it is older than the proposal: so who
    proposed it gains nothing by another name, nor by deleting the account and making it again.
    """
    user = session.get(tables.User, user_id)
    if user is None or user.role != "admin" or user.locked_at is not None:
        return gettext("Only an administrator can decide.")
    if user.id == row.proposed_by_id:
        return gettext("You proposed this yourself; another admin has to decide.")
    if user.created_at > row.proposed_at:
        return gettext(
            "Your account is newer than this proposal; it has to be proposed again for you to approve it."
        )
    if gone := _proposer_gone(session, row):
        return gone
    return gettext(NOT_APART) if alike(session, user.id, row.proposed_by_id) else ""


def _proposer_gone(session: Session, row: Proposal) -> str:
    """Why a proposal counts no more; empty where who made it is still an administrator."""
    proposer = session.get(tables.User, row.proposed_by_id)
    if proposer is None:
        return gettext("The account of who proposed this was removed; it has to be proposed again.")
    if proposer.locked_at is not None:
        return gettext("The account of who proposed this is locked; it has to be proposed again.")
    if proposer.role != "admin":
        return gettext("Who proposed this is no administrator any more; it has to be proposed again.")
    return ""


def _apart(one: _Behind, other: _Behind) -> bool:
    if one.roots & other.roots:
        return False
    return bool(one.issuers & other.issuers) or not (one.lone or other.lone)


def _apart_from(first: _Behind, everybody: list[_Behind]) -> int:
    """How many are persons of their own beside the first, which is counted."""
    counted = [first]
    for one in everybody:
        if all(_apart(one, other) for other in counted):
            counted.append(one)
    return len(counted)


def _behind(session: Session, user: tables.User) -> _Behind:
    roots = _roots(session, user.id)
    rows = [session.get(tables.User, user_id) for user_id in roots]
    identities = session.scalars(select(Identity).where(Identity.user_id.in_(roots))).all()
    following = {one.user_id for one in identities if one.follows}
    return _Behind(
        roots=frozenset(roots),
        issuers=frozenset(one.issuer for one in identities),
        lone=any(row is None or (row.id in following and not row.password_hash) for row in rows),
    )


def _roots(session: Session, user_id: str) -> set[str]:
    """The account, whom it goes back to, and so on; what was removed cannot tell, and stays in it."""
    found, open_ones = set[str](), [user_id]
    while open_ones:
        one = open_ones.pop()
        row = None if one in found else session.get(tables.User, one)
        found.add(one)
        open_ones += (row.let_in_by or "").split() if row is not None else []
    return found
