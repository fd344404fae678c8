"""The tables. The newest Alembic migration equals them; a test compares."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Connection(Base):
    """One org or portal."""

    __tablename__ = "connection"
    __table_args__ = (UniqueConstraint("crm", "organisation"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    crm: Mapped[str] = mapped_column(String(16))
    organisation: Mapped[str] = mapped_column(String(64))
    instance_url: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(Text, default="")
    connected_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class StoredGrant(Base):
    """One connection's grant, encrypted; ``generation`` counts renewals."""

    __tablename__ = "stored_grant"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    generation: Mapped[int]
    sealed: Mapped[bytes]
    changed_at: Mapped[datetime]


class PolicyText(Base):
    """Every version of every policy."""

    __tablename__ = "policy_text"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    saved_by: Mapped[str] = mapped_column(String(120))
    saved_at: Mapped[datetime]


class StreamText(Base):
    """Every version of every stream."""

    __tablename__ = "stream_text"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    saved_by: Mapped[str] = mapped_column(String(120))
    saved_at: Mapped[datetime]


class Audit(Base):
    """One finished audit with its whole report."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "connection_id", "made_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    report: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    policy_version: Mapped[int]
    stream_version: Mapped[int]
    severities: Mapped[dict[str, int]] = mapped_column(JSON)
    worst: Mapped[str | None] = mapped_column(Text)
    read: Mapped[int]
    kept: Mapped[int]
    rejected: Mapped[dict[str, int]] = mapped_column(JSON)
    excluded: Mapped[dict[str, int]] = mapped_column(JSON)
    unmapped: Mapped[dict[str, int]] = mapped_column(JSON)


class LeadFlag(Base):
    """What the newest audit says of one lead; leads are known by pseudonym only."""

    __tablename__ = "lead_flag"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    lead_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    audit_id: Mapped[str] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[datetime]
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class PublishReceipt(Base):
    """What became of one write-back."""

    __tablename__ = "publish_receipt"
    __table_args__ = (Index(None, "connection_id", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    listed: Mapped[int]
    written: Mapped[int]
    cleared: Mapped[int]
    unchanged: Mapped[int]
    unknown: Mapped[int]
    failed: Mapped[dict[str, int]] = mapped_column(JSON)
    findings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    notes: Mapped[list[str]] = mapped_column(JSON, server_default=text("'[]'"))
    converted: Mapped[int] = mapped_column(server_default=text("0"))
    shadow: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))


class SyncRun(Base):
    """What one finished sync did; ``counts`` also holds its notes, and the rules behind the score."""

    __tablename__ = "sync_run"
    __table_args__ = (Index(None, "connection_id", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(Text)
    run: Mapped[dict[str, Any]] = mapped_column(JSON)
    whole: Mapped[dict[str, Any]] = mapped_column(JSON)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)


class User(Base):
    """A person who may sign in.

    ``password_hash`` is empty where there is none. ``let_in_by`` are the accounts, up to three, of the
    administrators who made its ways in or promoted it on a page; NULL where the server did, or nobody.
    ``language`` is the code of a language, NULL for the one that the browser asks for.
    """

    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None]
    let_in_by: Mapped[str | None] = mapped_column(String(32))
    language: Mapped[str | None] = mapped_column(String(8))


class SignIn(Base):
    """One open session, known by the hash of its cookie's token; deleted at sign-out.

    ``seen_at`` is when it was last used, to the minute.
    """

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]


class SignInThrottle(Base):
    """Failed sign-ins of one account, one address or the pair of them (all as keyed hashes)."""

    __tablename__ = "sign_in_throttle"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class PendingConsent(Base):
    """A consent that was asked for and has not come back; used once, then gone."""

    __tablename__ = "pending_consent"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    crm: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    sealed_verifier: Mapped[bytes]
    expires_at: Mapped[datetime]


class SeenRequest(Base):
    """A signed request that came, by its signature's hash, or a place of `answer_rates`; kept for a day."""

    __tablename__ = "seen_request"
    __table_args__ = (Index(None, "first_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    first_at: Mapped[datetime]


class ToldEvent(Base):
    """What a CRM told by webhook of one lead; kept until it is acted on, and a while longer."""

    __tablename__ = "told_event"
    __table_args__ = (
        Index(None, "connection_id", "lead_key"),
        Index(None, "settled"),
        Index(None, "received_at"),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    lead_key: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    settled: Mapped[bool]


class Event(Base):
    """The audit trail; rows are only ever added."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(Text)
