"""The language that a person chose for the pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("user_account", sa.Column("language", sa.String(8), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("user_account", "language")
