"""Answers that come one by one from a card in a CRM, which keeps no record of its own of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from connectors.feedback import Feedback, Verdict
from connectors.pseudonym import LeadKey
from webapp.store.database import Database
from webapp.store.feedback_tables import LeadAnswer
from webapp.store.tables import LeadFlag, PolicyText, StreamText

Taken = Literal["kept", "no_check", "checked_again", "too_many"]
# One person answers about so many other leads in such a time; more is a program.
MOST, WITHIN = 30, timedelta(minutes=1)
# Whoever pressed a button waits, and HubSpot waits for five seconds at most.
WAIT_SECONDS = 3.0


_HERE: BindParameter[str] = bindparam("connection_id")
_STANDING = select(
    select(LeadAnswer.verdict)
    .where(
        LeadAnswer.connection_id == _HERE,
        LeadAnswer.lead_key == bindparam("lead_key"),
        LeadAnswer.who == bindparam("who"),
        LeadAnswer.audit_id == bindparam("audit_id"),
    )
    .order_by(LeadAnswer.given_at.desc())
    .limit(1)
    .scalar_subquery(),
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
    policy: int | None
    stream: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAnswers:
    """One answer of each person to each check: the newest. Every method is one transaction."""

    database: Database

    def take(self, connection_id: str, one: Feedback) -> Taken:
        """Keep an answer to the check that stands, in place of an earlier one to it; or why it is not kept.

        "no_check": there is none of this lead, "checked_again": another audit checked it meanwhile,
        "too_many": this person answered about many leads within a minute. What the check says is noted
        with it.

        Raises
        ------
        sqlalchemy.exc.OperationalError
            Others keep the database for longer than somebody should wait.
        """
        # Two clicks at once would both find no answer yet.
        with (
            self.database.exclusive(f"answer/{one.key}"),
            self.database.writing(WAIT_SECONDS) as session,
        ):
            flag = session.get(LeadFlag, (connection_id, one.lead.hex))
            if flag is None:
                return "no_check"
            if flag.audit_id != one.audit_id:
                return "checked_again"
            if _others(session, connection_id, one) >= MOST:
                return "too_many"
            session.merge(_row(connection_id, one, flag.status))
        return "kept"

    def standing(self, connection_id: str, visitor: Visitor) -> Standing:
        """What somebody answered last to a check, and which rules are in force, in one statement."""
        values = {
            "connection_id": connection_id,
            "lead_key": visitor.lead.hex,
            "who": visitor.who,
            "audit_id": visitor.audit_id,
        }
        with self.database.glancing() as link:
            answer, policy, stream = link.execute(_STANDING, values).one()
        return Standing(answer=cast("Verdict | None", answer), policy=policy, stream=stream)


def _others(session: Session, connection_id: str, one: Feedback) -> int:
    """About how many other leads this person answered a short while ago."""
    counted = select(func.count()).select_from(LeadAnswer).filter_by(connection_id=connection_id, who=one.who)
    since: datetime = one.given_at - WITHIN
    recent = counted.where(LeadAnswer.given_at > since, LeadAnswer.key != one.key)
    return session.scalar(recent) or 0


def _row(connection_id: str, one: Feedback, seen: str) -> LeadAnswer:
    return LeadAnswer(
        connection_id=connection_id,
        key=one.key,
        lead_key=one.lead.hex,
        who=one.who,
        verdict=one.verdict,
        reason=one.reason or "",
        seen=seen,
        audit_id=one.audit_id,
        given_at=one.given_at,
    )
