"""What people in a CRM answer to the score check is kept for the auditor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "lead_answer",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("lead_key", sa.String(32), nullable=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("seen", sa.String(24), nullable=False),
        sa.Column("audit_id", sa.String(64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_lead_answer_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_lead_answer")),
    )
    op.create_index(
        op.f("ix_lead_answer_connection_id_lead_key"), "lead_answer", ["connection_id", "lead_key"]
    )
    op.create_index(
        op.f("ix_lead_answer_connection_id_given_at"), "lead_answer", ["connection_id", "given_at"]
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_lead_answer_connection_id_given_at"), table_name="lead_answer")
    op.drop_index(op.f("ix_lead_answer_connection_id_lead_key"), table_name="lead_answer")
    op.drop_table("lead_answer")
