"""Who must not come back, how far the stored leads have come, and the last moment that was certain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "lake_count",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("state", sa.BigInteger(), nullable=False),
        sa.Column("erasures", sa.BigInteger(), nullable=False),
        sa.Column("put_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_lake_count_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_lake_count")),
    )
    op.create_table(
        "erased_lead",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("lead_key", sa.String(32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_erased_lead_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "lead_key", name=op.f("pk_erased_lead")),
    )
    op.create_table(
        "certain_moment",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certain_moment")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("certain_moment")
    op.drop_table("erased_lead")
    op.drop_table("lake_count")
