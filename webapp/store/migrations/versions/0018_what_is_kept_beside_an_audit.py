"""An audit keeps its overview and its counts between thresholds; who looked at a finding is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_evidence",
        sa.Column("audit_id", sa.String(32), nullable=False),
        sa.Column("overview", sa.JSON(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_evidence_audit_id_audit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_evidence")),
    )
    op.create_table(
        "finding_look",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("finding_id", sa.String(32), nullable=False),
        sa.Column("audit_id", sa.String(32), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_finding_look_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "finding_id", name=op.f("pk_finding_look")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("finding_look")
    op.drop_table("audit_evidence")
