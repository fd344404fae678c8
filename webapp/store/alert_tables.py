"""Alerts, what people did about them, whom they are sent to, and what was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Alert(Base):
    """One subject of a connection that somebody should know of; it is updated, never repeated.

    ``told`` holds the sentences and ``about`` the attributes they are about. ``opening`` counts how often it
    was opened, ``revision`` how often there was news. ``closed_by`` is "" where it ended by itself.
    ``waiver`` is "", "asked" or "given".
    """

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("connection_id", "subject"), Index(None, "state"))

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    severity: Mapped[str] = mapped_column(String(10))
    special_category: Mapped[bool]
    about: Mapped[list[str]] = mapped_column(JSON)
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    page: Mapped[str] = mapped_column(String(200))
    edition: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(14))
    opening: Mapped[int]
    revision: Mapped[int]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(120))
    holder_id: Mapped[str] = mapped_column(String(32))
    holder: Mapped[str] = mapped_column(String(120))
    waiver: Mapped[str] = mapped_column(String(8))
    waived_until: Mapped[datetime | None]
    waived_reason: Mapped[str] = mapped_column(Text)
    waived_severity: Mapped[str] = mapped_column(String(10))
    asked_by_id: Mapped[str] = mapped_column(String(32))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime | None]
    agreed_by: Mapped[str] = mapped_column(String(120))


class AlertStep(Base):
    """One thing that became of an alert; ``who`` is "" where nobody did it."""

    __tablename__ = "alert_step"
    __table_args__ = (Index(None, "alert_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(24))
    detail: Mapped[str] = mapped_column(Text)


class AlertLook(Base):
    """Up to when the alerts of a connection were looked at."""

    __tablename__ = "alert_look"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    looked_at: Mapped[datetime]


class AlertChannel(Base):
    """Somewhere that alerts are sent to; of all connections where ``connection_id`` is NULL.

    ``asked`` is what an admin typed, without the secret, which is sealed for the channel's id.
    ``hours`` counts for an escalation alone. ``last_*`` is what came of the newest try.
    """

    __tablename__ = "alert_channel"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str | None] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    on: Mapped[bool] = mapped_column("is_on")
    escalation: Mapped[bool]
    hours: Mapped[int]
    least: Mapped[str] = mapped_column(String(10))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    quiet: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    last_at: Mapped[datetime | None]
    last_fine: Mapped[bool]
    last_told: Mapped[str] = mapped_column(Text)


class AlertTold(Base):
    """Up to which news a channel was told of an alert, or has a message waiting that tells it."""

    __tablename__ = "alert_told"

    channel_id: Mapped[str] = mapped_column(
        ForeignKey("alert_channel.id", ondelete="CASCADE"), primary_key=True
    )
    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    opening: Mapped[int]


class AlertMessage(Base):
    """One message of a channel about alerts of one connection: ``items`` are their ids.

    ``state``: waiting, sending (begun, and not known to have ended), sent, failed or dropped. ``reached`` are
    the mail addresses that have it while others are tried again; it is emptied at the end.
    """

    __tablename__ = "alert_message"
    __table_args__ = (Index(None, "state"), Index(None, "channel_id"))

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    channel_id: Mapped[str] = mapped_column(ForeignKey("alert_channel.id", ondelete="CASCADE"))
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    escalation: Mapped[bool]
    items: Mapped[list[str]] = mapped_column(JSON)
    reached: Mapped[list[str]] = mapped_column(JSON, server_default=text("'[]'"))
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int]
    made_at: Mapped[datetime]
    not_before: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    told: Mapped[str] = mapped_column(Text)
