"""Answers that come one by one from a card in a CRM, which keeps no record of its own of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Literal, cast

from sqlalchemy import BindParameter, bindparam, delete, func, select
from sqlalchemy.orm import Session

from connectors.feedback import Feedback, Reason, Verdict
from connectors.pseudonym import LeadKey
from connectors.source import FlagStatus
from webapp.store.answer_rates import counted
from webapp.store.database import Database
from webapp.store.feedback_tables import LeadAnswer
from webapp.store.key_in_force import generation_held
from webapp.store.tables import LeadFlag, PolicyText, StreamText
from webapp.store.triage_tables import AnswerTriage

Taken = Literal["kept", "no_check", "checked_again", "overtaken", "too_many"]
# Whoever pressed a button waits, and HubSpot waits for five seconds at most.
WAIT_SECONDS = 3.0

_HERE: BindParameter[str] = bindparam("connection_id")
_OWN = (
    LeadAnswer.connection_id == _HERE,
    LeadAnswer.lead_key == bindparam("lead_key"),
    LeadAnswer.who == bindparam("who"),
    LeadAnswer.audit_id == bindparam("audit_id"),
)
_STANDING = select(
    select(LeadAnswer.verdict).where(*_OWN).order_by(LeadAnswer.given_at.desc()).limit(1).scalar_subquery(),
    select(LeadAnswer.reason).where(*_OWN).order_by(LeadAnswer.given_at.desc()).limit(1).scalar_subquery(),
    select(func.max(PolicyText.version)).where(PolicyText.connection_id == _HERE).scalar_subquery(),
    select(func.max(StreamText.version)).where(StreamText.connection_id == _HERE).scalar_subquery(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at the check of which lead; ``audit_id`` is empty where there is no check."""

    lead: LeadKey
    who: str
    audit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a person answered to the check, and the versions of policy and stream; None where none is."""

    answer: Verdict | None
    reason: Reason | None
    policy: int | None
    stream: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAnswers:
    """One answer of each person to each check: the newest. Every method is one transaction."""

    database: Database

    def take(self, connection_id: str, one: Feedback) -> Taken:
        """Keep an answer to the check that stands, in place of an earlier one to it; or why it is not kept.

        "no_check": there is none of this lead, "checked_again": another audit checked it meanwhile,
        "overtaken": this person answered something else later, "too_many": they answered and changed
        very much within a minute. What the check says is noted with it. The same answer again changes
        nothing; another one is open again, whatever was done about the first.

        Raises
        ------
        sqlalchemy.exc.OperationalError
            Others keep the database for longer than somebody should wait.
        """
        with self.database.writing(WAIT_SECONDS) as session:
            # One after another, and no rotation or end of the key in between: two clicks at once would both
            # find no answer yet, and many answers at once would all find the limit not reached.
            generation_held(session, connection_id, shared=False)
            # An erasure takes the flag first: it waits for this answer and takes it too, or comes before it.
            flag = session.get(LeadFlag, (connection_id, one.lead.hex), with_for_update=True)
            if flag is None:
                return "no_check"
            if flag.audit_id != one.audit_id:
                return "checked_again"
            return _kept(session, connection_id, replace(one, seen=cast("FlagStatus", flag.status)))

    def standing(self, connection_id: str, visitor: Visitor) -> Standing:
        """What somebody answered last to a check, and which rules are in force, in one statement."""
        values = {
            "connection_id": connection_id,
            "lead_key": visitor.lead.hex,
            "who": visitor.who,
            "audit_id": visitor.audit_id,
        }
        with self.database.glancing() as link:
            answer, reason, policy, stream = link.execute(_STANDING, values).one()
        return Standing(
            answer=cast("Verdict | None", answer),
            reason=cast("Reason | None", reason or None),
            policy=policy,
            stream=stream,
        )


def _kept(session: Session, connection_id: str, one: Feedback) -> Taken:
    who = {"connection_id": connection_id, "lead_key": one.lead.hex, "who": one.who, "audit_id": one.audit_id}
    # Held, so that nobody says meanwhile what became of the words that it replaces.
    newest = select(LeadAnswer).filter_by(**who).order_by(LeadAnswer.given_at.desc()).limit(1)
    held = session.scalar(newest.with_for_update())
    said = {"verdict": one.verdict, "reason": one.reason or ""}
    if held is not None and said == {"verdict": held.verdict, "reason": held.reason}:
        return "kept"
    if held is not None and held.given_at >= one.given_at:
        return "overtaken"
    if not counted(session, f"{connection_id}/{one.who}", one.given_at):
        return "too_many"
    told = {**said, "seen": one.seen or "", "given_at": one.given_at}
    if held is None:
        # Its name is made of nothing: one made of record and person could be found by trying.
        session.add(LeadAnswer(**who, **told, key=token_hex(16)))
        return "kept"
    session.execute(delete(AnswerTriage).filter_by(connection_id=connection_id, key=held.key))
    for name, value in told.items():
        setattr(held, name, value)
    return "kept"
