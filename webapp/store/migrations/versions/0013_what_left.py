"""What left the organisation, and its budget for noise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "released",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("crm", sa.String(16), nullable=False),
        sa.Column("organisation", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("stream", sa.String(120), nullable=False),
        sa.Column("asked", sa.String(64), nullable=False),
        sa.Column("definition", sa.String(64), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("micro_epsilon", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released")),
    )
    op.create_index(
        op.f("ix_released_crm_organisation_made_at"), "released", ["crm", "organisation", "made_at"]
    )
    op.create_index(op.f("ix_released_asked"), "released", ["asked"])
    op.create_table(
        "privacy_budget",
        sa.Column("crm", sa.String(16), nullable=False),
        sa.Column("organisation", sa.String(120), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(120), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("crm", "organisation", name=op.f("pk_privacy_budget")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("privacy_budget")
    op.drop_index(op.f("ix_released_asked"), table_name="released")
    op.drop_index(op.f("ix_released_crm_organisation_made_at"), table_name="released")
    op.drop_table("released")
