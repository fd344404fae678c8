"""How people come in: codes that an administrator hands out, and identities elsewhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.columns import Base


class Invitation(Base):
    """A way in that was handed out and not used yet: one for each account, known by the hash of its code.

    ``email_digest`` is a keyed hash of the address that single sign-on must show; None where none was named.
    ``made_by`` is the account of the administrator who made it, and ``let_in_by`` the one behind that; None
    where the server made it.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("code_hash"), Index(None, "email_digest"))

    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    email_digest: Mapped[str | None] = mapped_column(String(64))
    made_by: Mapped[str | None] = mapped_column(String(32))
    let_in_by: Mapped[str | None] = mapped_column(String(32))
    expires_at: Mapped[datetime]


class Identity(Base):
    """Who somebody is elsewhere: the issuer's name for itself, and its name for the person.

    ``follows`` says that the role is the issuer's to change at every sign-in; ``lost``, that the account is
    locked because the issuer gave none any more, and not by an administrator.
    """

    __tablename__ = "identity"
    __table_args__ = (Index(None, "user_id"),)

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    follows: Mapped[bool]
    lost: Mapped[bool] = mapped_column(default=False)
    linked_at: Mapped[datetime]
