"""The answers to the score check, for the auditor: who said what of which lead, all by pseudonyms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Insert, Update, delete, func, insert, select, update
from sqlalchemy.orm import Session

from connectors.feedback import Feedback, Reason, Verdict
from connectors.pseudonym import LeadKey
from connectors.source import FlagStatus
from webapp.store.database import Database
from webapp.store.feedback_tables import LeadAnswer
from webapp.store.triage_tables import AnswerTriage

PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAnswers:
    """The answers of all connections. Every method is one transaction."""

    database: Database

    def keep(self, connection_id: str, given: Sequence[Feedback], *, only: bool = False) -> int:
        """Keep answers, each once however often it comes; how many of them are new.

        What is told anew of a known answer replaces it, and what was done about it stays unless it says
        something else now. With ``only``, all others of the connection go.
        """
        rows = {one.key: _values(connection_id, one) for one in given}
        with self.database.writing() as session:
            held = _said(session, connection_id)
            told = {key: (row["verdict"], row["reason"], row["given_at"]) for key, row in rows.items()}
            anew = {key for key in held.keys() & rows.keys() if held[key] != told[key]}
            _delete(session, connection_id, AnswerTriage, AnswerTriage.key.in_, sorted(anew))
            gone = held.keys() - rows.keys() if only else ()
            _delete(session, connection_id, LeadAnswer, LeadAnswer.key.in_, sorted(gone))
            _put(session, [row for key, row in rows.items() if key not in held], insert(LeadAnswer))
            _put(session, [row for key, row in rows.items() if key in held], update(LeadAnswer))
        return len(rows.keys() - held.keys())

    def newest(self, connection_id: str) -> datetime | None:
        """When the newest answer was given; None where there is none."""
        query = select(func.max(LeadAnswer.given_at)).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return session.scalar(query)

    def all(self, connection_id: str) -> tuple[Feedback, ...]:
        """Every answer of a connection, oldest first."""
        query = select(*LeadAnswer.__table__.columns).where(LeadAnswer.connection_id == connection_id)
        with self.database.reading() as session:
            # Read as plain rows, which have the same names: they may be many.
            rows = session.execute(query.order_by(LeadAnswer.given_at, LeadAnswer.key))
            return tuple(feedback_of(cast("LeadAnswer", row)) for row in rows)

    def leads(self, connection_id: str) -> frozenset[str]:
        """The leads that were answered about (`LeadKey.hex`)."""
        query = select(LeadAnswer.lead_key).filter_by(connection_id=connection_id).distinct()
        with self.database.reading() as session:
            return frozenset(session.scalars(query))

    def remove(self, connection_id: str) -> None:
        """Remove every answer of a connection."""
        with self.database.writing() as session:
            session.execute(delete(LeadAnswer).filter_by(connection_id=connection_id))

    def forget(self, connection_id: str, leads: Collection[str]) -> None:
        """Remove every answer about some leads (`LeadKey.hex`)."""
        with self.database.writing() as session:
            forget_answers(session, connection_id, leads)


def forget_answers(session: Session, connection_id: str, leads: Collection[str]) -> None:
    """Remove every answer about some leads, within a transaction."""
    _delete(session, connection_id, LeadAnswer, LeadAnswer.lead_key.in_, sorted(leads))


def _said(session: Session, connection_id: str) -> dict[str, tuple[object, ...]]:
    """What each known answer says, and since when; held, so that nobody says meanwhile what became of it."""
    columns = (LeadAnswer.key, LeadAnswer.verdict, LeadAnswer.reason, LeadAnswer.given_at)
    query = select(*columns).filter_by(connection_id=connection_id).order_by(LeadAnswer.key)
    found = session.execute(query.with_for_update())
    return {key: (verdict, reason, given_at) for key, verdict, reason, given_at in found}


def _put(session: Session, rows: list[dict[str, object]], how: Insert | Update) -> None:
    if rows:
        session.execute(how, rows)


def _delete(
    session: Session,
    connection_id: str,
    table: type[LeadAnswer | AnswerTriage],
    among: Callable[[Sequence[str]], ColumnElement[bool]],
    names: Sequence[str],
) -> None:
    """A statement takes some hundred names at most."""
    here = delete(table).filter_by(connection_id=connection_id)
    for start in range(0, len(names), PORTION):
        session.execute(here.where(among(names[start : start + PORTION])))


def _values(connection_id: str, one: Feedback) -> dict[str, object]:
    return {
        "connection_id": connection_id,
        "key": one.key,
        "lead_key": one.lead.hex,
        "who": one.who,
        "verdict": one.verdict,
        "reason": one.reason or "",
        "seen": one.seen or "",
        "audit_id": one.audit_id,
        "given_at": one.given_at,
    }


def feedback_of(row: LeadAnswer) -> Feedback:
    """An answer as it is handed out."""
    return Feedback(
        key=row.key,
        lead=LeadKey(bytes.fromhex(row.lead_key)),
        who=row.who,
        verdict=cast("Verdict", row.verdict),
        given_at=row.given_at,
        reason=cast("Reason", row.reason) if row.reason else None,
        seen=cast("FlagStatus", row.seen) if row.seen else None,
        audit_id=row.audit_id,
    )
