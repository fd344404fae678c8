"""What drives each score: which explanation somebody asked for, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Explanation(Base):
    """One explanation of a connection's score.

    ``fixed`` are the fields that nobody can change. ``made_at`` and ``content`` are NULL until it is made;
    ``content`` is its report, sealed under the organisation's key: figures of groups, no lead is in it.
    """

    __tablename__ = "explanation"
    __table_args__ = (Index(None, "connection_id", "asked_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    who: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    fixed: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
