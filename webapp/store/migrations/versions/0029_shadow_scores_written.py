"""Shadow scores may be written to the CRM, and a receipt tells of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; none is written before somebody says so."""
    moment = sa.DateTime(timezone=True)
    op.add_column("shadow", sa.Column("writing_since", moment, nullable=True))
    op.add_column(
        "shadow", sa.Column("writing_by", sa.String(120), nullable=False, server_default=sa.text("''"))
    )
    op.add_column("shadow", sa.Column("writing_ended_at", moment, nullable=True))
    op.add_column("publish_receipt", sa.Column("shadow", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("publish_receipt", "shadow")
    for name in ("writing_ended_at", "writing_by", "writing_since"):
        op.drop_column("shadow", name)
