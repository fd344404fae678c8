"""The table of the organisations' keys: wrapped under the master key, never in the clear."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class OrganisationKey(Base):
    """One generation of one connection's key.

    ``pseudonyms`` is the wrapped secret behind the pseudonyms (None for one that stands on the master key of
    an older installation), ``sealing`` the one behind what lies on the disk, ``lasting`` the one behind the
    keys that no rotation changes (in the first generation alone). A destroyed key has none of them.
    ``plain`` says that the leads may still lie in the clear, as an older version wrote them.
    """

    __tablename__ = "organisation_key"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(16))
    plain: Mapped[bool]
    pseudonyms: Mapped[bytes | None]
    sealing: Mapped[bytes | None]
    lasting: Mapped[bytes | None]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    active_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(120))
