"""Signed requests that came before are known to every process, and after a restart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "seen_request",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_seen_request")),
    )
    op.create_index(op.f("ix_seen_request_first_at"), "seen_request", ["first_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_seen_request_first_at"), table_name="seen_request")
    op.drop_table("seen_request")
