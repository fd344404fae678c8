"""Each organisation has a key of its own, wrapped under the master key, in generations.

The connections that are there already go on with the pseudonyms that the master key makes; their leads
lie in the clear until Fairlead writes them anew, which it does before the next job.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "organisation_key",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("plain", sa.Boolean(), nullable=False),
        sa.Column("pseudonyms", sa.LargeBinary(), nullable=True),
        sa.Column("sealing", sa.LargeBinary(), nullable=True),
        sa.Column("lasting", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(120), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_organisation_key_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "generation", name=op.f("pk_organisation_key")),
    )
    op.execute(
        "INSERT INTO organisation_key (connection_id, generation, state, origin, plain, made_at, made_by, "
        "active_at) SELECT id, 1, 'active', 'master', true, connected_at, 'the update', connected_at "
        "FROM connection WHERE state <> 'disconnected'"
    )


def downgrade() -> None:
    """Take back; what is encrypted on the disk must be pulled again."""
    op.drop_table("organisation_key")
