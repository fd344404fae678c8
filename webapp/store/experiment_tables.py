"""What was tried about gaps: which remedies somebody asked for, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Experiment(Base):
    """One run of the laboratory.

    ``asked`` is what somebody asked for. ``made_at`` and ``content`` are NULL until it is made; ``content``
    is its report, sealed under the organisation's key: figures of groups, no lead is in it.
    """

    __tablename__ = "experiment"
    __table_args__ = (Index(None, "connection_id", "asked_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    who: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
