"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "lead_flag",
    "stream_text",
    "policy_text",
    "stored_grant",
    "publish_receipt",
    "audit",
    "pending_consent",
    "sign_in",
    "user_account",
    "sign_in_throttle",
    "event",
    "connection",
)


def upgrade() -> None:
    """Apply."""
    _people()
    _sessions()
    _events()
    _connections()
    _texts("policy_text")
    _texts("stream_text")
    _audits()
    _flags()
    _receipts()


def downgrade() -> None:
    """Undo."""
    for table in TABLES:
        op.drop_table(table)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, length: int | None = None, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=nullable)


def _belongs_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _people() -> None:
    op.create_table(
        "user_account",
        _text("id", length=32),
        _text("name", length=120),
        _text("role", length=16),
        _text("password_hash"),
        _moment("created_at"),
        _key("user_account", "id"),
        sa.UniqueConstraint("name", name="uq_user_account_name"),
    )
    op.create_table(
        "sign_in_throttle",
        _text("subject", length=80),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("locked_until", nullable=True),
        _moment("changed_at"),
        _key("sign_in_throttle", "subject"),
    )


def _sessions() -> None:
    op.create_table(
        "sign_in",
        _text("token_hash", length=64),
        _text("user_id", length=32),
        _moment("expires_at"),
        _key("sign_in", "token_hash"),
        _belongs_to("sign_in", "user_id", "user_account"),
    )
    op.create_table(
        "pending_consent",
        _text("state_hash", length=64),
        _text("crm", length=16),
        _text("user_id", length=32),
        sa.Column("sealed_verifier", sa.LargeBinary(), nullable=False),
        _moment("expires_at"),
        _key("pending_consent", "state_hash"),
        _belongs_to("pending_consent", "user_id", "user_account"),
    )


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        _moment("at"),
        _text("who", length=120),
        _text("action", length=40),
        _text("target", length=120),
        _text("detail"),
        _key("event", "id"),
    )
    op.create_index("ix_event_at", "event", ["at"])


def _connections() -> None:
    op.create_table(
        "connection",
        _text("id", length=32),
        _text("crm", length=16),
        _text("organisation", length=64),
        _text("instance_url"),
        _text("state", length=24),
        _text("note"),
        _moment("connected_at"),
        _moment("changed_at"),
        _key("connection", "id"),
        sa.UniqueConstraint("crm", "organisation", name="uq_connection_crm_organisation"),
    )
    op.create_table(
        "stored_grant",
        _text("connection_id", length=32),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _moment("changed_at"),
        _key("stored_grant", "connection_id"),
        _belongs_to("stored_grant", "connection_id", "connection"),
    )


def _texts(table: str) -> None:
    op.create_table(
        table,
        _text("connection_id", length=32),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        _text("text"),
        _text("digest", length=64),
        _text("saved_by", length=120),
        _moment("saved_at"),
        _key(table, "connection_id", "version"),
        _belongs_to(table, "connection_id", "connection"),
    )


def _audits() -> None:
    op.create_table(
        "audit",
        _text("id", length=32),
        _text("connection_id", length=32),
        _moment("made_at"),
        _text("report"),
        _text("digest", length=64),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("stream_version", sa.Integer(), nullable=False),
        sa.Column("severities", sa.JSON(), nullable=False),
        _text("worst", nullable=True),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.JSON(), nullable=False),
        sa.Column("excluded", sa.JSON(), nullable=False),
        sa.Column("unmapped", sa.JSON(), nullable=False),
        _key("audit", "id"),
        _belongs_to("audit", "connection_id", "connection"),
    )
    op.create_index("ix_audit_connection_id_made_at", "audit", ["connection_id", "made_at"])


def _flags() -> None:
    op.create_table(
        "lead_flag",
        _text("connection_id", length=32),
        _text("lead_key", length=32),
        _text("audit_id", length=32),
        _text("status", length=24),
        _text("reason"),
        _moment("checked_at"),
        _key("lead_flag", "connection_id", "lead_key"),
        _belongs_to("lead_flag", "connection_id", "connection"),
        _belongs_to("lead_flag", "audit_id", "audit"),
    )


def _receipts() -> None:
    op.create_table(
        "publish_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("connection_id", length=32),
        _moment("made_at"),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("listed", "written", "unchanged", "unknown")
        ),
        sa.Column("failed", sa.JSON(), nullable=False),
        _key("publish_receipt", "id"),
        _belongs_to("publish_receipt", "connection_id", "connection"),
    )
    op.create_index(
        "ix_publish_receipt_connection_id_made_at", "publish_receipt", ["connection_id", "made_at"]
    )
