"""The files of a release as they left, and the exact counts behind it sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("released") as batch:
        batch.add_column(sa.Column("counts", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("page", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("page_digest", sa.String(64), nullable=False, server_default=""))
    with op.batch_alter_table("released") as batch:
        batch.alter_column("page", server_default=None)
        batch.alter_column("page_digest", server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("released") as batch:
        for name in ("page_digest", "page", "counts"):
            batch.drop_column(name)
