"""The audit of an address, and what belongs to it."""

from __future__ import annotations

from contextlib import suppress

from flask import abort

from audit.history import Overview, overview
from audit.schema import BadInput
from webapp.auth import may
from webapp.open_audits import Opened, hidden_in, open_audit
from webapp.plain_audits import plain_audits
from webapp.services import services
from webapp.special_names import marked
from webapp.store.evidence import KeptAudit
from webapp.store.rows import ConnectionRow


def opened(audit_id: str) -> Opened:
    """The audit of this address; 404 where there is none. That it is still stored is asked every time."""
    return open_audit(services(), services().evidence.one(audit_id) or abort(404), special=may("special"))


def whole(audit_id: str) -> Opened:
    """The audit of this address as it is stored; 403 where it speaks of what this person may not see."""
    found = opened(audit_id)
    return abort(403) if found.withheld else found


def seen(audits: tuple[KeptAudit, ...]) -> tuple[KeptAudit, ...]:
    """Kept audits, newest first, as this person may see them."""
    if may("special") or not audits:
        return audits
    with suppress(BadInput):
        newest, versions = audits[0], {one.stream_version for one in audits}
        names = hidden_in(services(), newest) | marked(services(), newest.connection_id, versions)
        return plain_audits(audits, open_audit(services(), newest).source.report, names)
    return ()


def overview_of(row: KeptAudit) -> Overview | None:
    """The overview of an audit that was made before it was kept: read from its report, while that is open."""
    with suppress(BadInput):
        return overview(opened(row.id).source.report)
    return None


def connection_of(found: Opened) -> ConnectionRow:
    """The connection that an audit is of."""
    return services().repository.connection(found.row.connection_id) or abort(404)
