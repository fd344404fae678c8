"""The audit of an address, and what belongs to it."""

from __future__ import annotations

from contextlib import suppress

from flask import abort

from audit.history import Overview, overview
from audit.schema import BadInput
from webapp.open_audits import Opened, open_audit
from webapp.services import services
from webapp.store.evidence import KeptAudit
from webapp.store.rows import ConnectionRow


def opened(audit_id: str) -> Opened:
    """The audit of this address; 404 where there is none. That it is still stored is asked every time."""
    return open_audit(services(), services().evidence.one(audit_id) or abort(404))


def overview_of(row: KeptAudit) -> Overview | None:
    """The overview of an audit that was made before it was kept: read from its report, while that is open."""
    with suppress(BadInput):
        return overview(opened(row.id).source.report)
    return None


def connection_of(found: Opened) -> ConnectionRow:
    """The connection that an audit is of."""
    return services().repository.connection(found.row.connection_id) or abort(404)
