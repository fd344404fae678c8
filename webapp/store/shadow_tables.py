"""Shadow scores: which remedy runs beside the CRM's score, and what came of it with each pull."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Shadow(Base):
    """One remedy that runs, or ran, as a shadow score.

    ``asked`` names the remedy and what was asked of the experiment that it is from. ``content`` is what was
    learned, sealed under the organisation's key; NULL before the first pull and once it was stopped. ``note``
    says why the newest pull brought nothing, in English; empty where it did. ``writing_since`` is NULL while
    it is not written to the CRM, ``writing_by`` who wanted that last, ``writing_ended_at`` when it ended.
    """

    __tablename__ = "shadow"
    __table_args__ = (Index(None, "connection_id", "started_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    experiment_id: Mapped[str] = mapped_column(String(16))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    who: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str] = mapped_column(String(120))
    learned_at: Mapped[datetime | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    writing_since: Mapped[datetime | None]
    writing_by: Mapped[str] = mapped_column(String(120), server_default=text("''"))
    writing_ended_at: Mapped[datetime | None]


class ShadowAudit(Base):
    """What came of a shadow score with one pull, sealed: figures of groups, no lead is in it.

    ``audit_id`` is the audit of the CRM's own score of the same pull.
    """

    __tablename__ = "shadow_audit"
    __table_args__ = (Index(None, "shadow_id", "made_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    shadow_id: Mapped[str] = mapped_column(ForeignKey("shadow.id", ondelete="CASCADE"))
    audit_id: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)
