"""The table of the notes that processes share."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class SharedNote(Base):
    """A note by its name: what the limits of one organisation's CRM leave. Only PostgreSQL's is written."""

    __tablename__ = "shared_note"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
