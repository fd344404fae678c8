"""Two admins may have to agree on a policy; what was said of a version; which fields a CRM has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "four_eyes",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("turned_on_by", sa.String(120), nullable=False),
        _of_connection("four_eyes"),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_four_eyes")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.String(32), nullable=False),
        sa.Column("proposed_by", sa.String(120), nullable=False),
        sa.Column("proposed_at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        _of_connection("proposal"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(
        op.f("ix_proposal_connection_id_proposed_at"), "proposal", ["connection_id", "proposed_at"]
    )
    _notes_and_fields()


def _notes_and_fields() -> None:
    op.create_table(
        "version_note",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("approved_by", sa.String(120), nullable=False),
        _of_connection("version_note"),
        sa.PrimaryKeyConstraint("connection_id", "kind", "version", name=op.f("pk_version_note")),
    )
    op.create_table(
        "crm_field",
        sa.Column("connection_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("info", sa.JSON(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("first_seen", _MOMENT, nullable=False),
        sa.Column("dismissed_by", sa.String(120), nullable=False),
        sa.Column("dismissed_at", _MOMENT, nullable=True),
        _of_connection("crm_field"),
        sa.PrimaryKeyConstraint("connection_id", "name", name=op.f("pk_crm_field")),
    )


def _of_connection(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["connection_id"],
        ["connection.id"],
        name=op.f(f"fk_{table}_connection_id_connection"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("crm_field")
    op.drop_table("version_note")
    op.drop_index(op.f("ix_proposal_connection_id_proposed_at"), table_name="proposal")
    op.drop_table("proposal")
    op.drop_table("four_eyes")
