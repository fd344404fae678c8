"""The values that the store hands out. No database object leaves `webapp.store`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from connectors.account import Pulled
from connectors.source import FlagDetail, FlagStatus, Receipt

__all__ = [
    "CRMS",
    "ROLES",
    "AuditRow",
    "ConnectionRow",
    "ConnectionState",
    "Crm",
    "EventRow",
    "FlagRow",
    "NewAudit",
    "NewEvidence",
    "PolicyVersion",
    "Pulled",
    "ReceiptRow",
    "Role",
    "StreamVersion",
    "UserRow",
]

Crm = Literal["salesforce", "hubspot"]
CRMS: tuple[Crm, ...] = ("salesforce", "hubspot")
ConnectionState = Literal[
    "connected",
    "pull_incomplete",
    "consent_needed",
    "missing_permission",
    "wrong_settings",
    "limit_reached",
    "org_gone",
    "busy",
    "disconnected",
]
Role = Literal["admin", "auditor", "viewer"]
ROLES: tuple[Role, ...] = ("admin", "auditor", "viewer")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """One org or portal that was connected. ``note`` is a plain sentence about ``state``, often empty."""

    id: str
    crm: Crm
    organisation: str
    instance_url: str
    state: ConnectionState
    note: str
    connected_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One saved version of a policy; ``version`` counts from 1, ``digest`` is SHA-256 of the text."""

    connection_id: str
    version: int
    text: str
    digest: str
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamVersion:
    """One saved version of a connection's stream (the text of ``stream.toml``)."""

    connection_id: str
    version: int
    text: str
    digest: str
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One audit of one connection. ``report`` is the text of audit.json, ``digest`` its SHA-256.

    ``severities`` counts findings by severity; ``worst`` is the sentence of the worst finding.
    ``pulled`` accounts for every record: the connector's reasons and the intake's together.
    """

    id: str
    connection_id: str
    made_at: datetime
    report: str = field(repr=False)
    digest: str
    policy_version: int
    stream_version: int
    severities: Mapping[str, int]
    worst: str | None
    pulled: Pulled


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvidence:
    """What is kept beside an audit, as `webapp.store.evidence.packed` makes it.

    ``answers`` is what reps' answers told; None where there was none.
    """

    overview: Mapping[str, Any]
    counts: bytes = field(repr=False)
    answers: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAudit:
    """What `Repository.add_audit` stores; the store adds the digest and the time.

    ``id`` is made by `webapp.store.repository.short_id`, before the audit, because flags quote it.
    """

    id: str
    report: str = field(repr=False)
    policy_version: int
    stream_version: int
    severities: Mapping[str, int]
    worst: str | None
    pulled: Pulled
    evidence: NewEvidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRow:
    """What one lead's panel says: from the newest audit of its connection."""

    lead_key: str
    status: FlagStatus
    reason: str
    audit_id: str
    checked_at: datetime
    detail: FlagDetail | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """What became of one write-back of flags."""

    connection_id: str
    made_at: datetime
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A person who may sign in; ``password_hash`` is empty for who has no password here.

    ``language`` is the code of the language that the person chose, "" for the one that the browser asks for.
    """

    id: str
    name: str
    role: Role
    password_hash: str = field(repr=False)
    locked: bool = False
    let_in_by: str | None = None
    language: str = ""

    @property
    def root(self) -> str:
        """Whose doing the account is: that of the administrators who let it in or promoted it, or its own."""
        return self.let_in_by or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One line of the audit trail: who did what to which thing, and when."""

    at: datetime
    who: str
    action: str
    target: str
    detail: str
