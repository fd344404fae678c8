"""Whom alerts are sent to, and what was sent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _channels()
    _told()
    _messages()


def downgrade() -> None:
    """Take back."""
    op.drop_table("alert_message")
    op.drop_table("alert_told")
    op.drop_table("alert_channel")


def _channels() -> None:
    op.create_table(
        "alert_channel",
        _column("id", sa.String(16)),
        _maybe("connection_id", sa.String(32)),
        _column("kind", sa.String(12)),
        _column("name", sa.String(80)),
        _column("is_on", sa.Boolean()),
        _column("escalation", sa.Boolean()),
        _column("hours", sa.Integer()),
        _column("least", sa.String(10)),
        _column("asked", sa.JSON()),
        _maybe("sealed", sa.LargeBinary()),
        _column("quiet", sa.JSON()),
        _column("made_at", sa.DateTime(timezone=True)),
        _maybe("last_at", sa.DateTime(timezone=True)),
        _column("last_fine", sa.Boolean()),
        _column("last_told", sa.Text()),
        _goes_with("alert_channel", "connection_id", "connection"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_channel")),
    )


def _told() -> None:
    op.create_table(
        "alert_told",
        _column("channel_id", sa.String(16)),
        _column("alert_id", sa.String(16)),
        _column("revision", sa.Integer()),
        _column("opening", sa.Integer()),
        _goes_with("alert_told", "alert_id", "alert"),
        _goes_with("alert_told", "channel_id", "alert_channel"),
        sa.PrimaryKeyConstraint("channel_id", "alert_id", name=op.f("pk_alert_told")),
    )


def _messages() -> None:
    op.create_table(
        "alert_message",
        _column("id", sa.String(16)),
        _column("channel_id", sa.String(16)),
        _column("connection_id", sa.String(32)),
        _column("escalation", sa.Boolean()),
        _column("items", sa.JSON()),
        _column("state", sa.String(10)),
        _column("tries", sa.Integer()),
        _column("made_at", sa.DateTime(timezone=True)),
        _column("not_before", sa.DateTime(timezone=True)),
        _maybe("begun_at", sa.DateTime(timezone=True)),
        _maybe("ended_at", sa.DateTime(timezone=True)),
        _column("told", sa.Text()),
        _goes_with("alert_message", "channel_id", "alert_channel"),
        _goes_with("alert_message", "connection_id", "connection"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_message")),
    )
    op.create_index("ix_alert_message_channel_id", "alert_message", ["channel_id"])
    op.create_index("ix_alert_message_state", "alert_message", ["state"])


def _column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _maybe(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _goes_with(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
