"""What the quarters of a connection are held against, and what people say they changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Benchmark(Base):
    """One benchmark. ``kind`` is "gap", the largest gap that is tolerated, or "least", the least share.

    ``value`` is a share from 0 to 1: 0.05 is 5 points, or 5 %.
    """

    __tablename__ = "benchmark"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    attribute: Mapped[str] = mapped_column(Text, primary_key=True)
    metric: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[float]
    who: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class ChangeNote(Base):
    """What somebody says was changed in the CRM or the team on a day: a mark in charts and scorecards."""

    __tablename__ = "change_note"
    __table_args__ = (Index(None, "connection_id", "day"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    day: Mapped[date]
    words: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
