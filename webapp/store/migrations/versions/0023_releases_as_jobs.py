"""Which release a request got, and what would leave as somebody last looked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "release_request",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["released.id"], name=op.f("fk_release_request_release_id_released")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_request")),
    )
    op.create_table(
        "release_look",
        sa.Column("crm", sa.String(16), nullable=False),
        sa.Column("organisation", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over", sa.String(80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("crm", "organisation", name=op.f("pk_release_look")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("release_look")
    op.drop_table("release_request")
