"""The tables of who must not come back, and of how far the stored leads have come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class LakeCount(Base):
    """How often the stored leads of a connection were changed, and their list of who must not come back.

    The folder counts too: whichever is behind was put back from a backup. ``put_back_at`` is when the folder
    was found to be.
    """

    __tablename__ = "lake_count"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[int] = mapped_column(BigInteger, default=0)
    erasures: Mapped[int] = mapped_column(BigInteger, default=0)
    put_back_at: Mapped[datetime | None]


class ErasedLead(Base):
    """A lead that must not come back, as it stands in the folder's own list too.

    ``until`` is the second (since 1970) until which, None for good.
    """

    __tablename__ = "erased_lead"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    lead_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    until: Mapped[int | None] = mapped_column(BigInteger)
