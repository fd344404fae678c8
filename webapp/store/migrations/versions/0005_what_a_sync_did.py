"""Every sync is remembered: what kind it was, why, and where each record ended up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; nothing is known of earlier syncs."""
    op.create_table(
        "sync_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("run", "whole", "counts")),
        sa.PrimaryKeyConstraint("id", name="pk_sync_run"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_sync_run_connection_id_connection",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_sync_run_connection_id_made_at", "sync_run", ["connection_id", "made_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("sync_run")
