"""The tables of jobs and of when they are asked for by themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Job(Base):
    """One job of one connection.

    ``open_key`` names its connection and kind (and what a release shall be, or whose paper is made) while it
    has not ended, so that there is one of a kind at most. ``attempt`` counts how often it was handed to the
    queue, ``tries`` how often the CRM was busy, ``starts`` how often it was begun. ``mark`` is what the
    newest result was when it was begun; another one means that its own is in place. ``total`` is NULL while
    it is not known. ``put_off_at`` is when ``not_before`` was written, NULL where it was asked for then.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("open_key"),
        Index(None, "state"),
        Index(None, "connection_id", "asked_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    wanted: Mapped[str] = mapped_column(String(16), default="")
    state: Mapped[str] = mapped_column(String(16))
    open_key: Mapped[str | None] = mapped_column(String(64))
    who: Mapped[str] = mapped_column(String(120))
    ended_by: Mapped[str] = mapped_column(String(120), default="")
    asked_at: Mapped[datetime]
    not_before: Mapped[datetime]
    put_off_at: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    starts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(16), default="")
    mark: Mapped[str] = mapped_column(String(64), default="")
    step: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    trouble: Mapped[str] = mapped_column(String(16), default="")
    told: Mapped[str] = mapped_column(Text, default="")


class Schedule(Base):
    """When one kind of job of a connection is asked for by itself.

    ``days`` are weekdays as digits, 0 for Monday; ``minute`` is counted from midnight in ``zone``.
    ``looked_at`` is up to when it was looked at: what fell due since is asked for once.
    """

    __tablename__ = "schedule"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    on: Mapped[bool] = mapped_column("is_on")
    days: Mapped[str] = mapped_column(String(8))
    minute: Mapped[int]
    zone: Mapped[str] = mapped_column(String(64))
    looked_at: Mapped[datetime]
