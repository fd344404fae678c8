"""The audit of an address, and what belongs to it."""

from __future__ import annotations

from contextlib import suppress

from flask import abort

from audit.history import Overview, overview
from audit.schema import BadInput
from webapp.auth import may
from webapp.open_audits import Opened, open_audit
from webapp.plain_audits import plain_audits
from webapp.services import services
from webapp.store.evidence import KeptAudit
from webapp.store.rows import ConnectionRow


def opened(audit_id: str) -> Opened:
    """The audit of this address; 404 where there is none. That it is still stored is asked every time."""
    return open_audit(services(), services().evidence.one(audit_id) or abort(404), special=may("special"))


def whole(audit_id: str) -> Opened:
    """The audit of this address as it is stored; 403 where it speaks of what this person may not see."""
    found = open_audit(services(), services().evidence.one(audit_id) or abort(404))
    if found.source.report.settings.special_categories and not may("special"):
        abort(403)
    return found


def seen(audits: tuple[KeptAudit, ...]) -> tuple[KeptAudit, ...]:
    """Kept audits, newest first, as this person may see them."""
    if may("special") or not audits:
        return audits
    with suppress(BadInput):
        return plain_audits(audits, open_audit(services(), audits[0]).source.report)
    return ()


def overview_of(row: KeptAudit) -> Overview | None:
    """The overview of an audit that was made before it was kept: read from its report, while that is open."""
    with suppress(BadInput):
        return overview(opened(row.id).source.report)
    return None


def connection_of(found: Opened) -> ConnectionRow:
    """The connection that an audit is of."""
    return services().repository.connection(found.row.connection_id) or abort(404)
