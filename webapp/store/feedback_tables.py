"""What people in a CRM answer to the score check, by pseudonyms alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from connectors.feedback import PERSON
from webapp.store.columns import Base


class LeadAnswer(Base):
    """One answer; it goes with its lead. ``reason``, ``seen`` and ``audit_id`` may be empty."""

    __tablename__ = "lead_answer"
    __table_args__ = (Index(None, "connection_id", "lead_key"), Index(None, "connection_id", "given_at"))

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    lead_key: Mapped[str] = mapped_column(String(32))
    who: Mapped[str] = mapped_column(String(32), info={"pseudonym": PERSON})
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(24))
    seen: Mapped[str] = mapped_column(String(24))
    audit_id: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime]
