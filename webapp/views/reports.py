"""The papers of an audit: in plain words, the model card, packs for regulations, PDFs, the signed bundle.

The PDF of the full report takes long, so a job makes it; the page of it says how far that is.
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.report.json_form import read_json
from audit.report.outputs import BUNDLE, Wanted, card_files, outputs, pack_files, summary_files
from audit.report.pdf import offered, to_pdf
from audit.report.plain import Summary
from audit.report.plain import summary as told
from connectors.errors import ConnectorError
from webapp.auth import may
from webapp.heard_papers import heard_files
from webapp.kept_papers import ask, papers
from webapp.open_audits import Opened, hidden_in
from webapp.plain_audits import plain_report
from webapp.rights import proofs
from webapp.services import services
from webapp.store.work_jobs import OPEN
from webapp.viewmodels.jobs import line
from webapp.viewmodels.reports import PLAIN, has, offers
from webapp.viewmodels.words import organisation_label
from webapp.views.jobs import told as say_started
from webapp.views.loading import connection_of, opened, whole
from webapp.wording import worded, writer_of
from webapp.work.slots import any_alive

WITHHELD = "Special categories of personal data are left out of this copy."
FULL = ("report", "pdf")
KINDS = {"html": "text/html", "md": "text/markdown", "json": "application/json", "pdf": "application/pdf"}

blueprint = Blueprint("reports", __name__)


@blueprint.get("/audits/<audit_id>/papers/<paper>/<form>")
def paper(audit_id: str, paper: str, form: str) -> AnyResponse:
    """One paper as a file. Two of them can do without special categories; for the others 403 may come.

    The PDF of the full report is handed out once it is made; until then its page is shown.
    """
    if not has(paper, form):
        abort(404)
    if (paper, form) == FULL:
        return _full(audit_id)
    found = opened(audit_id) if paper in PLAIN else whole(audit_id)
    content = _made(found, paper, "html" if form == "pdf" else form)
    made = to_pdf(content.decode()) if form == "pdf" else content
    return _file(made, KINDS[form], f"{paper}-{audit_id}.{form}")


@blueprint.get("/audits/<audit_id>/full-report")
def full(audit_id: str) -> str:
    """The PDF of the full report: ready, being made, or to be asked for."""
    found, store = whole(audit_id), services()
    connection = connection_of(found)
    label = organisation_label(connection.crm, connection.organisation)
    ready, job = papers(store).is_made(audit_id), store.work.last(connection.id, "paper", audit_id)
    return render_template(
        "full_report.html",
        page=found.page,
        label=label,
        ready=ready,
        job=None if ready or job is None or job.state == "done" else line(job, label, store.clock()),
        at_work=not ready and job is not None and job.state in OPEN,
        worker=any_alive(store),
        offered=offered(),
        watching="watch" in request.args,
    )


@blueprint.post("/audits/<audit_id>/full-report")
def make_full(audit_id: str) -> AnyResponse:
    """Ask for the PDF of the full report, where it is not made already."""
    found, store = whole(audit_id), services()
    if not papers(store).is_made(audit_id):
        say_started(store, ask(store, found.row, current_user.user.name))
    return redirect(url_for("reports.full", audit_id=audit_id, watch="yes"), 303)


@blueprint.post("/audits/<audit_id>/evidence.zip")
def bundle(audit_id: str) -> AnyResponse:
    """Everything about the audit in one file, signed with the key of this installation; the trail says so.

    With the PDF of the full report only where it is made already: that takes longer than anybody waits.
    """
    found, store = whole(audit_id), services()
    stored = store.repository.audit(audit_id) or abort(404)
    printed = papers(store).get(audit_id) if "pdf" in request.form else None
    if "pdf" in request.form and printed is None:
        return redirect(url_for("reports.full", audit_id=audit_id), 303)
    report = read_json(stored.report)
    beside = heard_files(store, found.row, report)
    wanted = Wanted(key=proofs.signing_key(store), text=stored.report, printed=printed, beside=beside)
    content = outputs(report, wanted)[BUNDLE]
    digest = hashlib.sha256(content).hexdigest()
    store.accounts.record(
        current_user.name, "evidence signed", found.row.connection_id, f"audit {audit_id}, SHA-256 {digest}"
    )
    return _file(content, "application/zip", f"evidence-{audit_id}.zip")


@blueprint.get("/audits/<audit_id>/summary")
def summary(audit_id: str) -> str:
    """The audit in plain words, on one page."""
    return _page(opened(audit_id))


@blueprint.post("/audits/<audit_id>/summary")
def word(audit_id: str) -> str:
    """The same in the words of a language model; where that fails, as it stands, and why."""
    writer, found = writer_of(services().settings), opened(audit_id)
    if writer is None:
        abort(404)
    services().accounts.record(
        current_user.name, "summary worded anew", found.row.connection_id, f"audit {audit_id}"
    )
    try:
        return _page(found, words=worded(writer, _without_special(found)))
    except ConnectorError as problem:
        return _page(found, trouble=str(problem))


def _page(found: Opened, *, words: tuple[str, ...] = (), trouble: str = "") -> str:
    connection = connection_of(found)
    return render_template(
        "summary.html",
        page=found.page,
        made=told(found.source.report),
        label=organisation_label(connection.crm, connection.organisation),
        offer=offers(whole=False)[0],
        withheld=found.withheld,
        words=words,
        trouble=trouble,
        may_word=may("special") and writer_of(services().settings) is not None,
    )


def _full(audit_id: str) -> AnyResponse:
    whole(audit_id)
    made = papers(services()).get(audit_id)
    if made is None:
        return redirect(url_for("reports.full", audit_id=audit_id), 303)
    return _file(made, KINDS["pdf"], f"report-{audit_id}.pdf")


def _without_special(found: Opened) -> Summary:
    """What leaves for the model: nothing that is about a special category."""
    return told(plain_report(found.source.report, hidden_in(services(), found.row)))


def _made(found: Opened, paper: str, form: str) -> bytes:
    report, notice = found.source.report, WITHHELD if found.withheld else ""
    if paper == "summary":
        return summary_files(report, notice)[f"summary.{form}"]
    if paper == "model-card":
        return card_files(report, notice)[f"model-card.{form}"]
    if paper == "feedback":
        return heard_files(services(), found.row, report)[f"feedback.{form}"]
    return pack_files(report, paper)[f"pack-{paper}.{form}"]


def _file(content: bytes, kind: str, name: str) -> Response:
    textual = kind.startswith("text/") or kind == "application/json"
    response = Response(content, content_type=f"{kind}; charset=utf-8" if textual else kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
