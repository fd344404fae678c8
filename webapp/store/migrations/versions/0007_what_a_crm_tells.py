"""What a CRM tells by webhook is kept until it is acted on, and known when it comes again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "told_event",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("lead_key", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_told_event_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_told_event")),
    )
    op.create_index(op.f("ix_told_event_connection_id_lead_key"), "told_event", ["connection_id", "lead_key"])
    op.create_index(op.f("ix_told_event_settled"), "told_event", ["settled"])
    op.create_index(op.f("ix_told_event_received_at"), "told_event", ["received_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_told_event_received_at"), table_name="told_event")
    op.drop_index(op.f("ix_told_event_settled"), table_name="told_event")
    op.drop_index(op.f("ix_told_event_connection_id_lead_key"), table_name="told_event")
    op.drop_table("told_event")
