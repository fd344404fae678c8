"""Notes that people of other teams write about scores and findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "remark",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("team", sa.String(16), nullable=False),
        sa.Column("topic", sa.String(24), nullable=False),
        sa.Column("finding_id", sa.String(32), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_remark_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_connection_id_made_at", "remark", ["connection_id", "made_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("remark")
