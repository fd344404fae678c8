"""The tables of the rights of the people whose leads are scored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class RetentionRule(Base):
    """After how many months the leads of a connection go; no row means never."""

    __tablename__ = "retention_rule"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    months: Mapped[int]
    saved_by: Mapped[str] = mapped_column(String(120))
    saved_at: Mapped[datetime]


class DeletionProof(Base):
    """A signed certificate of what was deleted; rows are only ever added, and ``finished_at`` set once.

    ``body`` is the signed text, ``digest`` its SHA-256, which the next of the connection names. ``marks``
    are keyed digests of 8 bytes each, in order.
    """

    __tablename__ = "deletion_proof"
    __table_args__ = (UniqueConstraint("connection_id", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    number: Mapped[int]
    made_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    body: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    marks: Mapped[bytes]


class ControllerNote(Base):
    """What only the people of this installation know for the record of processing, by its name."""

    __tablename__ = "controller_note"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str] = mapped_column(String(120))
    saved_at: Mapped[datetime]
