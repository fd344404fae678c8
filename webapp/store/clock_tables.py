"""The table of the last moment that was certain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class CertainMoment(Base):
    """The moment up to which what is too old may be deleted: one row, with the number 1."""

    __tablename__ = "certain_moment"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
