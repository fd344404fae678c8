"""What people of other teams wrote about scores and findings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Remark(Base):
    """One note. ``finding_id`` is "" where it is about none; a finding keeps its id from audit to audit.

    ``special`` says that it is about a special category (Article 9 of the GDPR). ``text`` is "" once somebody
    took it out. ``by`` is "" while the note is open.
    """

    __tablename__ = "remark"
    __table_args__ = (Index(None, "connection_id", "made_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(120))
    team: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str] = mapped_column(String(24))
    finding_id: Mapped[str] = mapped_column(String(32))
    special: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(24))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime | None]
