"""The tables of the decision log: what the admin has set, and what was last known of each log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class DecisionLogState(Base):
    """The log of one connection; the log itself is files beside the leads.

    ``records`` and ``digest`` are the end of its chain as it was written last: kept here as well, so that a
    chain that was cut off in its files is found.
    """

    __tablename__ = "decision_log"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    keep_days: Mapped[int]
    public_key: Mapped[str] = mapped_column(String(64), default="")
    records: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
    entries: Mapped[int] = mapped_column(BigInteger, default=0)
    erased: Mapped[int] = mapped_column(BigInteger, default=0)
    dropped: Mapped[int] = mapped_column(BigInteger, default=0)
    written_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(Text, default="")
