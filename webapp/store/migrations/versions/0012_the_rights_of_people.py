"""Retention by age, certificates of what was deleted, and who answers for the processing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "retention_rule",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.String(120), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        _of_connection("retention_rule"),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_retention_rule")),
    )
    op.create_table(
        "deletion_proof",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        _of_connection("deletion_proof"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion_proof")),
        sa.UniqueConstraint("connection_id", "number", name=op.f("uq_deletion_proof_connection_id_number")),
    )
    op.create_table(
        "controller_note",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(120), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_controller_note")),
    )


def downgrade() -> None:
    """Take back."""
    for name in ("controller_note", "deletion_proof", "retention_rule"):
        op.drop_table(name)


def _of_connection(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["connection_id"],
        ["connection.id"],
        name=op.f(f"fk_{table}_connection_id_connection"),
        ondelete="CASCADE",
    )
