"""Proposals: one admin asks, another decides. Every method is one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.store import tables
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.four_eyes import admins, alike, why_not
from webapp.store.policy_tables import FourEyes, Proposal, VersionNote
from webapp.store.repository import Clock, short_id, utc_now
from webapp.store.rows import UserRow
from webapp.store.versions import Draft, keep, newest, refuse_overtaken

Kind = Literal["policy", "stream", "one_admin"]
State = Literal["pending", "approved", "rejected", "withdrawn", "stale"]
TEXTS = ("policy", "stream")
NAMED = {"policy": "policy", "stream": "stream", "one_admin": "one admin"}
ONE_ADMIN = marked(
    "There is only one administrator, who could not approve what they propose. Add another one on the "
    "server with fairlead people add."
)
STALE = marked("The text in force has changed since this was proposed; it has to be proposed again.")
DECIDED: Mapping[str, str] = {
    "approved": marked("This was decided already: approved by %(who)s."),
    "rejected": marked("This was decided already: rejected by %(who)s."),
    "withdrawn": marked("This was decided already: withdrawn by %(who)s."),
    "stale": marked("This was decided already: stale by %(who)s."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants; an empty ``text`` with kind ``one_admin``: that one admin is enough again.

    ``level`` is the measured risk of a policy, "" where there is none to measure; ``after`` is the version
    in force (0 for none) that was looked at, None where that does not matter.
    """

    connection_id: str
    kind: Kind
    text: str = ""
    reason: str = ""
    level: str = ""
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """One proposal. ``based_on`` is the version in force when it was made, ``answer`` what was said to it."""

    id: str
    connection_id: str
    kind: Kind
    text: str
    digest: str
    reason: str
    level: str
    based_on: int
    proposed_by_id: str
    proposed_by: str
    proposed_at: datetime
    state: State
    decided_by: str
    decided_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Who must agree, what is proposed, and what became of it; ``issuers`` as for `People`."""

    database: Database
    issuers: tuple[str, ...] = ()
    clock: Clock = utc_now

    def two_needed(self, connection_id: str) -> bool:
        """Whether two admins must agree on the texts of a connection."""
        with self.database.reading() as session:
            return session.get(FourEyes, connection_id) is not None

    def admins(self) -> int:
        """How many administrators there are."""
        with self.database.reading() as session:
            return admins(session, self.issuers)

    def alone(self, connection_id: str, who: UserRow, name: str) -> bool:
        """Whether two must agree, and this person may be the one with this name, under one account or two."""
        with self.database.reading() as session:
            if session.get(FourEyes, connection_id) is None:
                return False
            other = session.scalar(select(tables.User.id).filter_by(name=name))
            return who.name == name or (other is not None and alike(session, who.id, other))

    def need_two(self, connection_id: str, who: UserRow) -> None:
        """From now on two admins must agree. Raises BadInput where there is only one."""
        with self._deciding(connection_id) as session:
            if admins(session, self.issuers) < 2:
                raise BadInput(gettext(ONE_ADMIN))
            if session.get(FourEyes, connection_id) is None:
                now = self.clock()
                session.add(FourEyes(connection_id=connection_id, since=now, turned_on_by=who.name))
                session.add(noted(now, who.name, "two admins needed", connection_id))

    def propose(self, wish: Wish, who: UserRow) -> ProposalRow:
        """Put something before the other admins.

        Raises
        ------
        BadInput
            The text is in force already, another one came in force meanwhile, or nobody needs to agree.
        """
        with self._deciding(wish.connection_id) as session:
            if session.get(FourEyes, wish.connection_id) is None:
                msg = gettext("One admin is enough for this connection; save it instead.")
                raise BadInput(msg)
            now, (version, digest) = self.clock(), _in_force(session, wish.connection_id, wish.kind)
            refuse_overtaken(version, wish.after)
            row = _proposed(wish, who, now, version)
            if row.digest == digest:
                msg = gettext(
                    "Nothing has changed: this text is version %(version)s already.", version=version
                )
                raise BadInput(msg)
            detail = f"{row.id}, sha256 {row.digest}{_because(wish.reason)}"
            session.add_all(
                [row, noted(now, who.name, f"{NAMED[wish.kind]} proposed", wish.connection_id, detail)]
            )
            return _value(row)

    def of(self, connection_id: str) -> tuple[ProposalRow, ...]:
        """Every proposal of a connection, newest first; one that is overtaken says so."""
        query = select(Proposal).filter_by(connection_id=connection_id).order_by(Proposal.proposed_at.desc())
        with self.database.reading() as session:
            return tuple(_seen(session, row) for row in session.scalars(query))

    def one(self, proposal_id: str) -> ProposalRow | None:
        """One proposal; one that is overtaken says so."""
        with self.database.reading() as session:
            row = session.get(Proposal, proposal_id)
            return _seen(session, row) if row else None

    def why_not(self, proposal_id: str, who: UserRow) -> str:
        """Why this person may not approve a proposal; empty where they may."""
        with self.database.reading() as session:
            return why_not(session, session.get_one(Proposal, proposal_id), who.id)

    def approve(self, proposal: ProposalRow, who: UserRow, answer: str = "", level: str = "") -> None:
        """Put what was proposed in force.

        ``level`` is the risk of a policy as it is now, where that is another than when it was proposed; then
        ``answer`` is the reason that is kept with the version.

        Raises
        ------
        BadInput
            It was decided already, another text came in force meanwhile, or this person may not.
        """
        stale = False
        with self._deciding(proposal.connection_id) as session:
            row = _pending(session, proposal.id)
            if refused := why_not(session, row, who.id):
                raise BadInput(refused)
            now, stale = self.clock(), _overtaken(session, row)
            _decide(row, "stale" if stale else "approved", who.name, now, answer)
            if not stale:
                detail = f"{row.id}, proposed by {row.proposed_by}, sha256 {row.digest}{_because(answer)}"
                action = f"{NAMED[row.kind]} approved"
                session.add(noted(now, who.name, action, row.connection_id, detail))
                _carry_out(session, row, level)
        if stale:
            raise BadInput(gettext(STALE))

    def refuse(self, proposal: ProposalRow, who: UserRow, answer: str) -> None:
        """Say no to a proposal, or take one's own back. Raises BadInput where it was decided already."""
        with self._deciding(proposal.connection_id) as session:
            row, now = _pending(session, proposal.id), self.clock()
            own = row.proposed_by_id == who.id
            _decide(row, "withdrawn" if own else "rejected", who.name, now, answer)
            action = f"{NAMED[row.kind]} {'withdrawn' if own else 'rejected'}"
            session.add(noted(now, who.name, action, row.connection_id, f"{row.id}{_because(answer)}"))

    @contextmanager
    def _deciding(self, connection_id: str) -> Iterator[Session]:
        """A transaction in which nobody else saves or decides: it holds the locks of saving."""
        policies, streams = (self.database.exclusive(f"{kind}/{connection_id}") for kind in TEXTS)
        with policies, streams, self.database.writing() as session:
            yield session


def _proposed(wish: Wish, who: UserRow, now: datetime, version: int) -> Proposal:
    return Proposal(
        id=short_id(),
        connection_id=wish.connection_id,
        kind=wish.kind,
        text=wish.text,
        digest=sha256(wish.text.encode()).hexdigest(),
        reason=wish.reason,
        level=wish.level,
        based_on=version,
        proposed_by_id=who.id,
        proposed_by=who.name,
        proposed_at=now,
        state="pending",
        decided_by="",
        decided_at=None,
        answer="",
    )


def _in_force(session: Session, connection_id: str, kind: str) -> tuple[int, str]:
    """The version in force and its digest; (0, "") where there is none, or it is no text."""
    if kind == "one_admin":
        return 0, ""
    row: tables.PolicyText | tables.StreamText | None
    if kind == "policy":
        row = newest(session, tables.PolicyText, connection_id)
    else:
        row = newest(session, tables.StreamText, connection_id)
    return (row.version, row.digest) if row else (0, "")


def _overtaken(session: Session, row: Proposal) -> bool:
    if row.kind == "one_admin":
        return session.get(FourEyes, row.connection_id) is None
    return _in_force(session, row.connection_id, row.kind)[0] != row.based_on


def _pending(session: Session, proposal_id: str) -> Proposal:
    row = session.get_one(Proposal, proposal_id)
    if row.state != "pending":
        raise BadInput(gettext(DECIDED[row.state], who=row.decided_by))
    return row


def _decide(row: Proposal, state: State, who: str, now: datetime, answer: str) -> None:
    row.state, row.decided_by, row.decided_at, row.answer = state, who, now, answer


def _carry_out(session: Session, row: Proposal, level: str) -> None:
    if row.kind == "one_admin":
        session.delete(session.get_one(FourEyes, row.connection_id))
        return
    draft = Draft(
        connection_id=row.connection_id,
        text=row.text,
        saved_by=row.proposed_by,
        saved_at=row.decided_at or row.proposed_at,
        approved=True,
    )
    kept = (
        keep(session, tables.PolicyText, draft)
        if row.kind == "policy"
        else keep(session, tables.StreamText, draft)
    )
    session.add(
        VersionNote(
            connection_id=row.connection_id,
            kind=row.kind,
            version=kept.version,
            reason=row.answer if level else row.reason,
            level=level or row.level,
            approved_by=row.decided_by,
        )
    )


def _seen(session: Session, row: Proposal) -> ProposalRow:
    stale = row.state == "pending" and _overtaken(session, row)
    return _value(row, "stale" if stale else None)


def _value(row: Proposal, state: State | None = None) -> ProposalRow:
    values = {name: getattr(row, name) for name in ProposalRow.__slots__}
    return ProposalRow(**{**values, "state": cast("State", state or row.state)})


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
