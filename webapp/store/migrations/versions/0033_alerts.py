"""Alerts, and what people did about them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _alerts()
    _steps()
    _looks()


def downgrade() -> None:
    """Take back."""
    op.drop_table("alert_look")
    op.drop_table("alert_step")
    op.drop_table("alert")


def _alerts() -> None:
    op.create_table(
        "alert",
        _column("id", sa.String(16)),
        _column("connection_id", sa.String(32)),
        _column("subject", sa.String(80)),
        _column("kind", sa.String(12)),
        _column("severity", sa.String(10)),
        _column("special_category", sa.Boolean()),
        _column("about", sa.JSON()),
        _column("told", sa.JSON()),
        _column("page", sa.String(200)),
        _column("edition", sa.String(64)),
        _column("state", sa.String(14)),
        _column("opening", sa.Integer()),
        _column("revision", sa.Integer()),
        _column("opened_at", sa.DateTime(timezone=True)),
        _column("changed_at", sa.DateTime(timezone=True)),
        _maybe("closed_at", sa.DateTime(timezone=True)),
        _column("closed_by", sa.String(120)),
        _column("holder_id", sa.String(32)),
        _column("holder", sa.String(120)),
        _column("waiver", sa.String(8)),
        _maybe("waived_until", sa.DateTime(timezone=True)),
        _column("waived_reason", sa.Text()),
        _column("waived_severity", sa.String(10)),
        _column("asked_by_id", sa.String(32)),
        _column("asked_by", sa.String(120)),
        _maybe("asked_at", sa.DateTime(timezone=True)),
        _column("agreed_by", sa.String(120)),
        _goes_with("alert", "connection_id", "connection"),
        sa.UniqueConstraint("connection_id", "subject", name=op.f("uq_alert_connection_id_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index("ix_alert_state", "alert", ["state"])


def _steps() -> None:
    op.create_table(
        "alert_step",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        _column("alert_id", sa.String(16)),
        _column("at", sa.DateTime(timezone=True)),
        _column("who", sa.String(120)),
        _column("action", sa.String(24)),
        _column("detail", sa.Text()),
        _goes_with("alert_step", "alert_id", "alert"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_step")),
    )
    op.create_index("ix_alert_step_alert_id", "alert_step", ["alert_id"])


def _looks() -> None:
    op.create_table(
        "alert_look",
        _column("connection_id", sa.String(32)),
        _column("looked_at", sa.DateTime(timezone=True)),
        _goes_with("alert_look", "connection_id", "connection"),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_alert_look")),
    )


def _column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _maybe(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _goes_with(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
