"""One audit: the page, and the same report as files."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask_login import current_user

from audit.report.pdf import offered
from audit.report.table import metrics_csv
from webapp.auth import may
from webapp.kept_papers import papers
from webapp.open_audits import Opened
from webapp.rights import proofs
from webapp.services import services
from webapp.store.remarks import Wanted
from webapp.store.rows import AuditRow
from webapp.viewmodels.answers_said import since_words
from webapp.viewmodels.reports import offers
from webapp.viewmodels.words import organisation_label
from webapp.views.loading import connection_of, opened, whole

blueprint = Blueprint("audits", __name__)

# The report brings its own style and charts and needs nothing else: no script, no form, nothing fetched.
READ_ONLY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; sandbox"
)


@blueprint.get("/audits/<audit_id>")
def show(audit_id: str) -> str:
    """The report as a page."""
    found = opened(audit_id)
    connection = connection_of(found)
    return render_template(
        "audit.html",
        page=found.page,
        parts=found.parts,
        looks=services().evidence.looks(connection.id) if may("looks") else {},
        label=organisation_label(connection.crm, connection.organisation),
        connection_id=connection.id,
        answers=_answers(found) if may("rules") else "",
        remarks=services().remarks.count(
            connection.id, Wanted(special=may("special"), reader=current_user.user.name)
        ),
        whole=not found.withheld,
        offers=offers(whole=not found.withheld),
        public_key=proofs.public_key(services()) if may("special") else "",
        pdf_offered=offered(),
        pdf_made=papers(services()).is_made(audit_id),
    )


@blueprint.get("/audits/<audit_id>/audit.json")
def report_json(audit_id: str) -> Response:
    """The stored report, byte for byte."""
    whole(audit_id)
    return _file(_audit(audit_id).report, "application/json", f"audit-{audit_id}.json")


@blueprint.get("/audits/<audit_id>/report")
def report_page(audit_id: str) -> Response:
    """The report with its charts, to read here: every table of the audit is in it."""
    response = Response(_drawn(audit_id), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = READ_ONLY
    return response


@blueprint.get("/audits/<audit_id>/report.html")
def report_html(audit_id: str) -> Response:
    """The report with its charts, in one file."""
    return _file(_drawn(audit_id), "text/html", f"audit-{audit_id}.html")


@blueprint.get("/audits/<audit_id>/metrics.csv")
def metrics(audit_id: str) -> Response:
    """Every metric of every group, for a spreadsheet."""
    return _file(metrics_csv(whole(audit_id).source.report), "text/csv", f"audit-{audit_id}.csv")


def _answers(found: Opened) -> str:
    """What reps answered since, where this is the newest audit and anybody has answered at all."""
    row, asked = found.row, found.source.report.settings
    newest, counts = services().evidence.behind(row.connection_id, None, 1), services().answer_counts
    if newest[0].id != row.id or services().answers.newest(row.connection_id) is None:
        return ""
    since, whole = counts.since(row.connection_id, row.made_at)
    return since_words(since, whole, asked.confidence, asked.minimum_group)


def _drawn(audit_id: str) -> str:
    from audit.report.page import to_html  # noqa: PLC0415 - drawing charts loads much

    return to_html(whole(audit_id).source.report)


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _audit(audit_id: str) -> AuditRow:
    return services().repository.audit(audit_id) or abort(404)
