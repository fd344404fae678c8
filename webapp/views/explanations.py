"""Explanations: what drives the score and its gaps; ask for it, see how far it is, read it."""

from __future__ import annotations

from contextlib import suppress

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.finding import Finding
from audit.report.explanation.json_form import to_json
from audit.schema import BadInput
from webapp.auth import may
from webapp.explanations import Found, ask, newest
from webapp.language import gettext
from webapp.open_audits import open_audit
from webapp.plain_explanations import hidden_for, plain_found
from webapp.services import services
from webapp.special_names import marked
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import OPEN
from webapp.viewmodels.explanation import confidence_words, explanation_page, pointed_at
from webapp.viewmodels.explanation_form import Offered, names_for, offered, read_fixed
from webapp.viewmodels.jobs import line
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404
from webapp.views.jobs import stop, told

blueprint = Blueprint("explanations", __name__)
PAGE = "/connections/<connection_id>/explanations"


@blueprint.get(PAGE)
def show(connection_id: str) -> Response:
    """The newest explanation, and what is being found out."""
    connection = connection_or_404(connection_id)
    return _page(connection, newest(services(), connection), "")


@blueprint.post(PAGE)
def explain(connection_id: str) -> AnyResponse:
    """Ask for an explanation of the leads that are held."""
    connection = connection_or_404(connection_id)
    opened, found = services(), newest(services(), connection)
    try:
        fixed = read_fixed(request.form.getlist("fixed"), offered(opened, connection, found))
        job = ask(opened, connection, fixed, current_user.user.name)
    except BadInput as problem:
        return _page(connection, found, str(problem))
    told(opened, job)
    place = url_for("explanations.show", connection_id=connection.id, watch=job.wanted, _anchor="now")
    return redirect(place, 303)


@blueprint.post(f"{PAGE}/cancel")
def cancel(connection_id: str) -> AnyResponse:
    """Let what is being found out stop at its next step."""
    connection = connection_or_404(connection_id)
    for job in services().work.of(connection.id, "explain", 1):
        stop(services(), job.id)
    return redirect(url_for("explanations.show", connection_id=connection.id), 303)


@blueprint.get(f"{PAGE}/explanation.json")
def report_json(connection_id: str) -> Response:
    """The report as it is kept, byte for byte; without special categories for who may not see them."""
    connection = connection_or_404(connection_id)
    found = newest(services(), connection) or abort(404)
    shown = _seen(found)
    text = found.text if shown is found else to_json(shown.report)
    response = Response(text, content_type="application/json; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"explanation-{found.id}.json")
    return response


def _page(connection: ConnectionRow, found: Found | None, wrong: str) -> Response:
    opened, label = services(), organisation_label(connection.crm, connection.organisation)
    given = offered(opened, connection, found)
    jobs = opened.work.of(connection.id, "explain", 1)
    # The newest, while it has not ended or if it came to nothing.
    shown = [line(one, label, opened.clock()) for one in jobs if one.state != "done"]
    watched = request.args.get("watch", "")
    page = render_template(
        "explanations.html",
        connection=connection,
        connection_id=connection.id,
        label=label,
        offered=given,
        wrong=wrong,
        jobs=shown,
        at_work=any(one.state in OPEN for one in shown),
        watch=watched,
        ready=bool(found and watched and watched == found.id),
        name=names_for(opened, connection),
        **_shown(connection, found, given),
    )
    return make_response(page, 422 if wrong else 200)


def _shown(connection: ConnectionRow, found: Found | None, given: Offered) -> dict[str, object]:
    """What is told of the explanation; nothing but the finding that leads here where there is none."""
    finding = _finding(connection)
    if found is None:
        return {"found": None, "page": None, "finding": finding, "stale": "", "fixed": ()}
    opened, seen = services(), _seen(found)
    special = marked(opened, connection.id, {found.stream_version})
    page = explanation_page(seen.report.explained, special, names_for(opened, connection))
    if finding is not None:
        page = pointed_at(page, finding.attribute, finding.group or ())
    return {
        "found": seen,
        "page": page,
        "finding": finding,
        "confidence": confidence_words(seen.report.explained),
        "stale": _stale(connection, found),
        "fixed": tuple(one for one in seen.fixed if one in given.fields),
    }


def _seen(found: Found) -> Found:
    """As this person may see it."""
    return found if may("special") else plain_found(found, hidden_for(services(), found))


def _stale(connection: ConnectionRow, found: Found) -> str:
    """Why the figures may no longer be those of today, or ""."""
    opened = services()
    stream, rows = opened.repository.stream(connection.id), opened.evidence.newest(connection.id, 1)
    if stream is not None and stream.version != found.stream_version:
        return gettext("The score and groups were changed since. Explain the score again.")
    if rows and rows[0].made_at > found.made_at:
        return gettext("Leads were pulled and audited since. To explain what is held now, explain it again.")
    return ""


def _finding(connection: ConnectionRow) -> Finding | None:
    """The finding that the address names, where it is one of this connection that this person may see."""
    row = services().evidence.one(request.args.get("audit", "")[:32])
    if row is None or row.connection_id != connection.id:
        return None
    with suppress(BadInput):  # one of a form that is no longer read
        report = open_audit(services(), row, special=may("special")).source.report
        return next((one for one in report.findings if one.id == request.args.get("finding")), None)
    return None
