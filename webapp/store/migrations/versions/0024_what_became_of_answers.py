"""What somebody did about an answer, and what the answers told beside an audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "answer_triage",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id", "key"],
            ["lead_answer.connection_id", "lead_answer.key"],
            name=op.f("fk_answer_triage_connection_id_lead_answer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_answer_triage")),
    )
    op.create_table(
        "answer_evidence",
        sa.Column("audit_id", sa.String(32), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_answer_evidence_audit_id_audit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_answer_evidence")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("answer_evidence")
    op.drop_table("answer_triage")
