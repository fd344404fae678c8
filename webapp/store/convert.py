"""Rows of the database into the values of `webapp.store.rows`."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Row

from connectors.source import Flag, FlagDetail, FlagStatus, NoticeReceipt, Receipt, ShadowReceipt
from webapp.store import tables
from webapp.store.rows import (
    AuditRow,
    ConnectionRow,
    ConnectionState,
    Crm,
    EventRow,
    FlagRow,
    PolicyVersion,
    Pulled,
    ReceiptRow,
    Role,
    StreamVersion,
    UserRow,
)


def connection_row(row: tables.Connection) -> ConnectionRow:
    """One connection as a value."""
    return ConnectionRow(
        id=row.id,
        crm=cast("Crm", row.crm),
        organisation=row.organisation,
        instance_url=row.instance_url,
        state=cast("ConnectionState", row.state),
        note=row.note,
        connected_at=row.connected_at,
        changed_at=row.changed_at,
    )


def policy_version(row: tables.PolicyText) -> PolicyVersion:
    """One version of a policy as a value."""
    return PolicyVersion(
        connection_id=row.connection_id,
        version=row.version,
        text=row.text,
        digest=row.digest,
        saved_by=row.saved_by,
        saved_at=row.saved_at,
    )


def stream_version(row: tables.StreamText) -> StreamVersion:
    """One version of a stream as a value."""
    return StreamVersion(
        connection_id=row.connection_id,
        version=row.version,
        text=row.text,
        digest=row.digest,
        saved_by=row.saved_by,
        saved_at=row.saved_at,
    )


def audit_row(row: tables.Audit) -> AuditRow:
    """One audit as a value."""
    return AuditRow(
        id=row.id,
        connection_id=row.connection_id,
        made_at=row.made_at,
        report=row.report,
        digest=row.digest,
        policy_version=row.policy_version,
        stream_version=row.stream_version,
        severities=row.severities,
        worst=row.worst,
        pulled=pulled(row),
    )


def pulled(row: tables.Audit | Row[*tuple[Any, ...]]) -> Pulled:
    """The account of an audit, from its row or from some of its columns."""
    return Pulled(
        read=row.read, kept=row.kept, rejected=row.rejected, excluded=row.excluded, unmapped=row.unmapped
    )


def flag_row(row: tables.LeadFlag) -> FlagRow:
    """One lead's flag as a value."""
    return FlagRow(
        lead_key=row.lead_key,
        status=cast("FlagStatus", row.status),
        reason=row.reason,
        audit_id=row.audit_id,
        checked_at=row.checked_at,
        detail=_detail(row),
    )


def flag(row: tables.LeadFlag) -> Flag:
    """One lead's flag as a source takes it."""
    return Flag(
        status=cast("FlagStatus", row.status),
        reason=row.reason,
        audit_id=row.audit_id,
        checked_at=row.checked_at,
        detail=_detail(row),
    )


def _detail(row: tables.LeadFlag) -> FlagDetail | None:
    if row.detail is None:
        return None
    return FlagDetail(**{**row.detail, "fields": tuple(row.detail["fields"])})


def receipt_row(row: tables.PublishReceipt) -> ReceiptRow:
    """One write-back as a value."""
    receipt = Receipt(
        listed=row.listed,
        written=row.written,
        cleared=row.cleared,
        unchanged=row.unchanged,
        unknown=row.unknown,
        failed=row.failed,
        findings=NoticeReceipt(**row.findings) if row.findings else None,
        notes=tuple(row.notes),
        converted=row.converted or 0,
        shadow=ShadowReceipt(**row.shadow) if row.shadow else None,
    )
    return ReceiptRow(connection_id=row.connection_id, made_at=row.made_at, receipt=receipt)


def user_row(row: tables.User) -> UserRow:
    """One person as a value."""
    return UserRow(
        id=row.id,
        name=row.name,
        role=cast("Role", row.role),
        password_hash=row.password_hash,
        locked=row.locked_at is not None,
        let_in_by=row.let_in_by,
        language=row.language or "",
    )


def event_row(row: tables.Event) -> EventRow:
    """One line of the audit trail as a value."""
    return EventRow(at=row.at, who=row.who, action=row.action, target=row.target, detail=row.detail)
