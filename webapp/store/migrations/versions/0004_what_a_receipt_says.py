"""A receipt tells of findings, and what was left out of the write-back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; earlier write-backs had no findings."""
    op.add_column("publish_receipt", sa.Column("findings", sa.JSON(none_as_null=True), nullable=True))
    notes = sa.Column("notes", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    op.add_column("publish_receipt", notes)


def downgrade() -> None:
    """Take back."""
    op.drop_column("publish_receipt", "notes")
    op.drop_column("publish_receipt", "findings")
