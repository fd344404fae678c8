"""When a job was put off, and which addresses have a mail that is tried again for others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("job", sa.Column("put_off_at", sa.DateTime(timezone=True), nullable=True))
    reached = sa.Column("reached", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    op.add_column("alert_message", reached)


def downgrade() -> None:
    """Take back."""
    op.drop_column("alert_message", "reached")
    op.drop_column("job", "put_off_at")
