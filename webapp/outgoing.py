"""What of an audit goes back to the CRM beside the flags: its findings, in words for everybody."""

from __future__ import annotations

from audit.finding.outward import outward
from audit.report.json_form import read_json
from connectors.source import Notice
from webapp.store.rows import AuditRow


def notices_of(audit: AuditRow) -> tuple[Notice, ...]:
    """The findings of an audit that call for somebody's attention, the worst first.

    What passed, and what could not be told for want of leads (severity "info"), is no finding for the CRM.
    """
    return tuple(
        Notice(
            key=finding.id,
            severity=finding.severity,
            sentence=outward(finding),
            audit_id=audit.id,
            checked_at=audit.made_at,
        )
        for finding in read_json(audit.report).findings
        if finding.severity != "info"
    )
