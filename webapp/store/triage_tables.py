"""What people here do about answers, and what the answers told beside an audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base
from webapp.store.feedback_tables import LeadAnswer


class AnswerTriage(Base):
    """What became of an answer; it goes with the answer. One without a line here is open.

    ``reason`` is a word of a list, "" for none: free text could hold anything about anybody.
    """

    __tablename__ = "answer_triage"
    __table_args__ = (
        ForeignKeyConstraint(
            ["connection_id", "key"], [LeadAnswer.connection_id, LeadAnswer.key], ondelete="CASCADE"
        ),
    )

    connection_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(24))
    who: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class AnswerEvidence(Base):
    """What the answers told when an audit was made, as JSON. Shares of groups; no lead is in it."""

    __tablename__ = "answer_evidence"

    audit_id: Mapped[str] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
