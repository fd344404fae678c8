"""Invitations and identities of people; who is locked, and when sessions were last used."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NEW: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "user_account": {"locked_at": MOMENT, "signed_in_at": MOMENT, "let_in_by": sa.String(32)},
    "sign_in": {"opened_at": MOMENT, "seen_at": MOMENT},
}


def upgrade() -> None:
    """Apply."""
    for table, columns in NEW.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "invitation",
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("email_digest", sa.String(64), nullable=True),
        sa.Column("made_by", sa.String(32), nullable=True),
        sa.Column("let_in_by", sa.String(32), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        _of_user("invitation"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
    )
    op.create_index(op.f("ix_invitation_email_digest"), "invitation", ["email_digest"])
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("lost", sa.Boolean(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        _of_user("identity"),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_user_id"), "identity", ["user_id"])


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_user_id_user_account")
    return sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Take back."""
    op.drop_table("identity")
    op.drop_table("invitation")
    for table, columns in NEW.items():
        for name in columns:
            op.drop_column(table, name)
