"""The table of what a first pull measured of a policy that was saved unmeasured."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class FirstMeasure(Base):
    """The risk of a policy's version on the first leads pulled under it.

    ``level`` is "" where it could not be measured. ``accepted_by`` is "" while no admin gave a reason.
    """

    __tablename__ = "first_measure"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[str] = mapped_column(String(12))
    leads: Mapped[int]
    measured_at: Mapped[datetime]
    accepted_by: Mapped[str] = mapped_column(String(120))
    accepted_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
