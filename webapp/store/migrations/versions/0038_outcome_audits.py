"""Outcome audits: what each quarter's scorecards said once its outcomes were known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "outcome_audit",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("cohort", sa.String(8), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_outcome_audit_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_audit")),
        sa.UniqueConstraint("connection_id", "cohort", name=op.f("uq_outcome_audit_connection_id_cohort")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("outcome_audit")
