"""What is kept beside an audit: its overview, its counts, and who looked at its findings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class AuditEvidence(Base):
    """An audit's overview, and its counts as compressed JSON. Counts of groups; no lead is in them."""

    __tablename__ = "audit_evidence"

    audit_id: Mapped[str] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    overview: Mapped[dict[str, Any]] = mapped_column(JSON)
    counts: Mapped[bytes]


class FindingLook(Base):
    """Who looked at a finding last, and on which audit. A finding keeps its id from audit to audit."""

    __tablename__ = "finding_look"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    finding_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    audit_id: Mapped[str] = mapped_column(String(32))
    who: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
