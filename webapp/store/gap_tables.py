"""Watched gaps: the sequences that are bet on, each gap in them, and what was surely found once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class GapSequence(Base):
    """One metric of one attribute under rules that did not change, day after day.

    ``rules`` are the parts of policy and stream that it goes by, ``why`` those that had changed when it
    began (empty for the first). ``closed`` is the last day that counts in it; NULL before there is one.
    ``counts`` are the leads of its days by group, sealed under the organisation's key, as they were when each
    day closed. ``late`` is how many leads of these days would count otherwise now. ``ended_at`` is NULL for
    the one that goes on.
    """

    __tablename__ = "gap_sequence"
    __table_args__ = (Index(None, "connection_id", "ended_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    metric: Mapped[str] = mapped_column(String(64))
    attribute: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    special: Mapped[bool]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    why: Mapped[list[str]] = mapped_column(JSON)
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    closed: Mapped[date | None]
    late: Mapped[int]
    stream_version: Mapped[int]
    policy_version: Mapped[int]
    counts: Mapped[bytes | None] = mapped_column(LargeBinary)


class WatchedGap(Base):
    """One group beside the reference of its sequence.

    ``told`` is what is known after its last day. ``looks`` and ``state`` are sealed: what was known after
    each day, and what the next day needs.
    """

    __tablename__ = "watched_gap"
    __table_args__ = (Index(None, "sequence_id"), Index(None, "connection_id", "evidence"))

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    sequence_id: Mapped[str] = mapped_column(ForeignKey("gap_sequence.id", ondelete="CASCADE"))
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[float]
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    looks: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[bytes | None] = mapped_column(LargeBinary)


class GapAlarm(Base):
    """What was surely found of a gap, and when we said it; never changed, and kept when the gap is gone."""

    __tablename__ = "gap_alarm"
    __table_args__ = (Index(None, "connection_id", "said_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    audit_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    metric: Mapped[str] = mapped_column(String(64))
    attribute: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    special: Mapped[bool]
    day: Mapped[date]
    said_at: Mapped[datetime]
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
