"""The table of rotations that a page started: how far each connection's newest is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class KeyTask(Base):
    """The newest rotation of a connection's key that was started on a page.

    ``state`` is "running", "done" or "failed"; one that is running while nobody is at work on the connection
    was broken off. ``done`` and ``total`` count leads (``total`` 0: not known yet), ``told`` is a sentence.
    """

    __tablename__ = "key_task"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(String(120))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    told: Mapped[str] = mapped_column(Text, default="")
    begun_at: Mapped[datetime]
