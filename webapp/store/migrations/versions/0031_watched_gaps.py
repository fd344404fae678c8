"""Watched gaps, day after day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _sequences()
    _gaps()
    _alarms()


def _sequences() -> None:
    op.create_table(
        "gap_sequence",
        *_head(),
        sa.Column("metric", sa.String(64), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("stream_version", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=True),
        *_keys("gap_sequence"),
    )
    op.create_index("ix_gap_sequence_connection_id_ended_at", "gap_sequence", ["connection_id", "ended_at"])


def _gaps() -> None:
    op.create_table(
        "watched_gap",
        *_head(),
        sa.Column("sequence_id", sa.String(16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("evidence", sa.Double(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("looks", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sequence_id"],
            ["gap_sequence.id"],
            name=op.f("fk_watched_gap_sequence_id_gap_sequence"),
            ondelete="CASCADE",
        ),
        *_keys("watched_gap"),
    )
    op.create_index("ix_watched_gap_sequence_id", "watched_gap", ["sequence_id"])
    op.create_index("ix_watched_gap_connection_id_evidence", "watched_gap", ["connection_id", "evidence"])


def _alarms() -> None:
    op.create_table(
        "gap_alarm",
        *_head(),
        sa.Column("audit_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("metric", sa.String(64), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        *_keys("gap_alarm"),
    )
    op.create_index("ix_gap_alarm_connection_id_said_at", "gap_alarm", ["connection_id", "said_at"])


def _head() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("connection_id", sa.String(32), nullable=False),
    )


def _keys(table: str) -> tuple[sa.Constraint, sa.Constraint]:
    return (
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f(f"fk_{table}_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    """Take back."""
    for name in ("gap_alarm", "watched_gap", "gap_sequence"):
        op.drop_table(name)
