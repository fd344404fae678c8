"""A write-back also counts the leads that it cleared of an earlier flag."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; earlier write-backs cleared nothing."""
    op.add_column(
        "publish_receipt", sa.Column("cleared", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("publish_receipt", "cleared")
