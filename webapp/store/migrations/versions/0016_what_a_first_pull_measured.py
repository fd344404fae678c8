"""What the first pull measured of a policy saved unmeasured; converted leads beside failed ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "first_measure",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(120), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_first_measure_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "version", name=op.f("pk_first_measure")),
    )
    converted = sa.Column("converted", sa.Integer(), nullable=False, server_default=sa.text("0"))
    op.add_column("publish_receipt", converted)


def downgrade() -> None:
    """Take back."""
    op.drop_column("publish_receipt", "converted")
    op.drop_table("first_measure")
