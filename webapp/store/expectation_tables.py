"""What was expected of leads before their outcomes were known, as it was said, and what became true."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Expectation(Base):
    """One metric of one group's leads of one cohort; said once, and its truth added once.

    ``id`` follows from connection, cohort, attribute, group and metric, so that there is no second one.
    ``said`` and ``became`` are sealed under the organisation's key; ``became`` and ``ripe_at`` are NULL until
    every outcome of the cohort is ripe.
    """

    __tablename__ = "expectation"
    __table_args__ = (Index(None, "connection_id", "cohort"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    audit_id: Mapped[str] = mapped_column(String(32))
    cohort: Mapped[str] = mapped_column(String(8))
    attribute: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    metric: Mapped[str] = mapped_column(String(64))
    special: Mapped[bool]
    said_at: Mapped[datetime]
    said: Mapped[bytes] = mapped_column(LargeBinary)
    ripe_at: Mapped[datetime | None]
    became: Mapped[bytes | None] = mapped_column(LargeBinary)


class ExpectedNow(Base):
    """What the newest pull expects of all open leads of a connection; each pull replaces it.

    ``found`` is sealed under the organisation's key.
    """

    __tablename__ = "expected_now"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    audit_id: Mapped[str] = mapped_column(String(32))
    stream_version: Mapped[int]
    made_at: Mapped[datetime]
    found: Mapped[bytes] = mapped_column(LargeBinary)
