"""The releases that are being worked out, for the page Share figures."""

from __future__ import annotations

from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import OPEN
from webapp.viewmodels.jobs import JobLine, line
from webapp.viewmodels.words import organisation_label


def under_way(opened: Services, connection: ConnectionRow) -> tuple[JobLine, ...]:
    """What waits and runs, and the newest one if it came to nothing; the newest first."""
    rows = opened.work.of(connection.id, "release")
    shown = [
        row for place, row in enumerate(rows) if row.state in OPEN or (not place and row.state != "done")
    ]
    label = organisation_label(connection.crm, connection.organisation)
    return tuple(line(row, label, opened.clock()) for row in shown)
