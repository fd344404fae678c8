"""Papers that take long to make, kept beside their audit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class AuditPaper(Base):
    """The full report of one audit as a PDF, made by one version of Fairlead; it goes with its audit."""

    __tablename__ = "audit_paper"

    audit_id: Mapped[str] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)
