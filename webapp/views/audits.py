"""One audit: the page, and the same report as files."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from audit import report as reports
from audit.report.model import Report
from webapp.services import services
from webapp.store.rows import AuditRow
from webapp.viewmodels.audit import audit_page
from webapp.viewmodels.words import organisation_label

blueprint = Blueprint("audits", __name__)


@blueprint.get("/audits/<audit_id>")
def show(audit_id: str) -> str:
    """The report as a page."""
    row = _audit(audit_id)
    connection = services().repository.connection(row.connection_id) or abort(404)
    return render_template(
        "audit.html",
        page=audit_page(row, _report(row)),
        label=organisation_label(connection.crm, connection.organisation),
        connection_id=connection.id,
    )


@blueprint.get("/audits/<audit_id>/audit.json")
def report_json(audit_id: str) -> Response:
    """The stored report, byte for byte."""
    return _file(_audit(audit_id).report, "application/json", f"audit-{audit_id}.json")


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _audit(audit_id: str) -> AuditRow:
    return services().repository.audit(audit_id) or abort(404)


def _report(row: AuditRow) -> Report:
    return reports.read_json(row.report)
