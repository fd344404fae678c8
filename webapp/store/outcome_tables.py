"""Outcome audits: what each quarter's scorecards said once its outcomes were known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class OutcomeAudit(Base):
    """One quarter of a connection, told once and never changed.

    ``cohort`` names the quarter that its leads were created in, such as "2026-Q2". ``content`` is what was
    said, sealed under the organisation's key: the scorecards of all attributes with the benchmarks of then.
    """

    __tablename__ = "outcome_audit"
    __table_args__ = (UniqueConstraint("connection_id", "cohort"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    cohort: Mapped[str] = mapped_column(String(8))
    told_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)
