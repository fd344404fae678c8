"""Texts that are never overwritten: every saved policy and stream stays, numbered from 1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.store import tables
from webapp.store.events import noted
from webapp.store.four_eyes import refuse_alone

OVERTAKEN = marked(
    "Version %(version)s came in force at this very moment, so the draft is not saved yet. Look below at "
    "what it changes of that version; if you save again, your draft replaces it."
)
Versioned = TypeVar("Versioned", tables.PolicyText, tables.StreamText)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text that somebody wants to save, and when; ``approved`` says that a second admin agreed."""

    connection_id: str
    text: str
    saved_by: str
    saved_at: datetime
    approved: bool = False


def keep(session: Session, table: type[Versioned], draft: Draft) -> Versioned:
    """The draft as the next version, with a line in the audit trail; the newest where it says the same.

    Raises
    ------
    BadInput
        Two admins must agree on a change of this connection, and the draft is not approved.
    """
    before = newest(session, table, draft.connection_id)
    digest = sha256(draft.text.encode()).hexdigest()
    if before is not None and before.digest == digest:
        return before
    if not draft.approved:
        refuse_alone(session, draft.connection_id)
    row = table(
        connection_id=draft.connection_id,
        version=before.version + 1 if before else 1,
        text=draft.text,
        digest=digest,
        saved_by=draft.saved_by,
        saved_at=draft.saved_at,
    )
    session.add_all([row, _event(table.__tablename__, row)])
    session.flush()
    return row


def newest(session: Session, table: type[Versioned], connection_id: str) -> Versioned | None:
    """The version in force."""
    newest_first = select(table).filter_by(connection_id=connection_id).order_by(table.version.desc())
    return session.scalars(newest_first.limit(1)).first()


def refuse_overtaken(in_force: int, seen: int | None) -> None:
    """Raise BadInput where another version is in force than the one that was looked at; None: whichever."""
    if seen is not None and seen != in_force:
        raise BadInput(gettext(OVERTAKEN, version=in_force))


def _event(what: str, row: tables.PolicyText | tables.StreamText) -> tables.Event:
    action = what.replace("_text", " saved")
    detail = f"version {row.version}, sha256 {row.digest}"
    return noted(row.saved_at, row.saved_by, action, row.connection_id, detail)
