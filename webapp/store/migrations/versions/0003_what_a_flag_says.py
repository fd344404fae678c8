"""A flag keeps how far off the score is, which way, through which fields, and what to do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; earlier flags say nothing beyond their status."""
    op.add_column("lead_flag", sa.Column("detail", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("lead_flag", "detail")
