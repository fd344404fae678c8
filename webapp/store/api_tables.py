"""Tokens of the JSON API, how much each has asked in this minute, and how the jobs of connections ended."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class ApiToken(Base):
    """One token, known by a keyed hash that goes when it is revoked.

    ``user_id`` is the person it acts for; nobody where it was made on the server. ``hint`` are its first
    letters, so that a person finds it again.
    """

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("digest"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str | None] = mapped_column(String(64))
    hint: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(16))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    connection_id: Mapped[str | None] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(120))


class ApiUse(Base):
    """How many requests of a token were handed to the processes in one minute (counted from 1970)."""

    __tablename__ = "api_use"

    token_id: Mapped[str] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger)
    taken: Mapped[int]


class JobEnd(Base):
    """How often a kind of job of a connection ended well (``done``) or not (``failed``), and when last."""

    __tablename__ = "job_end"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(8), primary_key=True)
    times: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime]
