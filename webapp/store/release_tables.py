"""What left the organisation, and how much noise budget it has left. Both outlive a connection."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Released(Base):
    """One release, as it left; what left is never changed and never deleted.

    ``text`` is "" between spending the budget and drawing the noise: if that never ends, the budget is lost.
    ``text`` and ``page`` are the very files that are handed out, ``digest`` and ``page_digest`` their
    SHA-256. ``counts`` are the exact counts behind a release without noise, sealed under the organisation's
    key; they are deleted when the organisation is disconnected. ``basis`` held them before they were sealed.
    ``asked`` is a digest of what was asked for, keyed by the organisation: the same request gets the same
    release. It goes with them.
    """

    __tablename__ = "released"
    __table_args__ = (Index(None, "crm", "organisation", "made_at"), Index(None, "asked"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    crm: Mapped[str] = mapped_column(String(16))
    organisation: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    stream: Mapped[str] = mapped_column(String(120))
    asked: Mapped[str] = mapped_column(String(64))
    definition: Mapped[str] = mapped_column(String(64))
    shape: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    counts: Mapped[bytes | None] = mapped_column(LargeBinary)
    text: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    page_digest: Mapped[str] = mapped_column(String(64))
    micro_epsilon: Mapped[int]


class ReleaseRequest(Base):
    """The release that a request got: one for each, however often it is tried again.

    ``id`` is that of the job. ``again`` says that the release had left before.
    """

    __tablename__ = "release_request"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("released.id"))
    again: Mapped[bool]


class ReleaseLook(Base):
    """What would leave an organisation, as somebody last looked: sealed, for it has not left.

    ``over`` names what it was worked out from, so that one can say whether that has changed since.
    """

    __tablename__ = "release_look"

    crm: Mapped[str] = mapped_column(String(16), primary_key=True)
    organisation: Mapped[str] = mapped_column(String(120), primary_key=True)
    made_at: Mapped[datetime]
    over: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PrivacyBudget(Base):
    """The epsilon that an organisation's releases with noise may use together, in millionths."""

    __tablename__ = "privacy_budget"

    crm: Mapped[str] = mapped_column(String(16), primary_key=True)
    organisation: Mapped[str] = mapped_column(String(120), primary_key=True)
    total: Mapped[int]
    spent: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(120))
    set_at: Mapped[datetime]
