"""Drift looked at with every pull, and what could not be brought up to date after one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class DriftLook(Base):
    """What one pull told of drift, sealed under the organisation's key.

    ``short`` is what the history shows and what was known when; ``whole`` is the report of the newest look,
    NULL for older ones and where nothing could be compared.
    """

    __tablename__ = "drift_look"
    __table_args__ = (Index(None, "connection_id", "made_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    audit_id: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime]
    stream_version: Mapped[int]
    short: Mapped[bytes] = mapped_column(LargeBinary)
    whole: Mapped[bytes | None] = mapped_column(LargeBinary)


class NotKeptUp(Base):
    """A part of what is watched that the last pull could not bring up to date; gone with the next that can.

    ``since`` is the first failure in a row, ``why`` the kind of the last one: a word of ours, no value.
    """

    __tablename__ = "not_kept_up"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[str] = mapped_column(String(8), primary_key=True)
    since: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(16))
