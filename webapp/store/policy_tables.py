"""The tables around a policy's versions: who agreed and why, what is proposed, which fields a CRM has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class FourEyes(Base):
    """A connection whose texts two admins change together."""

    __tablename__ = "four_eyes"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[datetime]
    turned_on_by: Mapped[str] = mapped_column(String(120))


class Proposal(Base):
    """What one admin proposes and another decides on; never deleted.

    ``based_on`` is the version that was in force, 0 for none. ``proposed_by_id`` outlives its account.
    """

    __tablename__ = "proposal"
    __table_args__ = (Index(None, "connection_id", "proposed_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(12))
    based_on: Mapped[int]
    proposed_by_id: Mapped[str] = mapped_column(String(32))
    proposed_by: Mapped[str] = mapped_column(String(120))
    proposed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    decided_by: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text)


class VersionNote(Base):
    """What was said when a version was saved: the reason, the measured level, who approved it."""

    __tablename__ = "version_note"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(12))
    approved_by: Mapped[str] = mapped_column(String(120))


class CrmField(Base):
    """A field that a CRM described, no value of it. ``dismissed_by`` is "" while nobody left it out.

    ``listed`` says that the newest listing has it.
    """

    __tablename__ = "crm_field"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    info: Mapped[dict[str, Any]] = mapped_column(JSON)
    listed: Mapped[bool]
    first_seen: Mapped[datetime]
    dismissed_by: Mapped[str] = mapped_column(String(120))
    dismissed_at: Mapped[datetime | None]
