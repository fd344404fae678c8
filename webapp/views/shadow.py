"""The shadow score of a connection: start one from an experiment, see how it compares, stop it."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput
from webapp.experiments import Found, open_one
from webapp.language import gettext
from webapp.services import services
from webapp.shadowing import came_of, possible, start
from webapp.store.rows import ConnectionRow
from webapp.store.shadows import KEPT
from webapp.viewmodels.shadow import shadow_page
from webapp.viewmodels.shadow_written import written
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404
from webapp.views.reasons import typed_reason

blueprint = Blueprint("shadow", __name__)
PAGE = "/connections/<connection_id>/shadow"


@blueprint.get(PAGE)
def show(connection_id: str) -> Response:
    """What runs and what ran; with an experiment in the address, which of its remedies can run."""
    return _page(connection_or_404(connection_id), {}, "")


@blueprint.post(PAGE)
def begin(connection_id: str) -> AnyResponse:
    """Start a remedy as a shadow score."""
    connection = connection_or_404(connection_id)
    typed = {name: typed_reason(request.form.get(name, "")) for name in ("remedy", "reason")}
    found = _experiment(connection) or abort(404)
    try:
        start(services(), connection, found, (typed["remedy"], typed["reason"], current_user.user.name))
    except BadInput as problem:
        return _page(connection, typed, str(problem))
    flash(gettext("It is started. It learns with the next pull."), "success")
    return redirect(url_for("shadow.show", connection_id=connection.id), 303)


@blueprint.post(f"{PAGE}/stop")
def stop(connection_id: str) -> AnyResponse:
    """Stop the one that runs; what it learned is forgotten, what came of it stays."""
    connection, kept = connection_or_404(connection_id), services().shadows
    runs = kept.running(connection.id)
    if kept.stop(connection.id, current_user.user.name):
        flash(gettext("It is stopped, and what it had learned is deleted."), "success")
        if runs and runs.writing_since:
            flash(gettext("The next write-back empties its field in the CRM."), "info")
    else:
        flash(gettext("No shadow score runs; nothing was stopped."), "info")
    return redirect(url_for("shadow.show", connection_id=connection.id), 303)


@blueprint.post(f"{PAGE}/write")
def write(connection_id: str) -> AnyResponse:
    """Write the one that runs to the CRM with each write-back from now on; only who ticked the box."""
    connection, kept = connection_or_404(connection_id), services().shadows
    if request.form.get("agreed") != "yes" and kept.running(connection.id) is not None:
        return _page(connection, {}, "", unsure=True)
    if kept.write(connection.id, current_user.user.name):
        flash(gettext("It is on. The next write-back writes it."), "success")
    else:
        flash(gettext("No shadow score runs, or it is written already; nothing was changed."), "info")
    return redirect(url_for("shadow.show", connection_id=connection.id), 303)


@blueprint.post(f"{PAGE}/write-no-more")
def write_no_more(connection_id: str) -> AnyResponse:
    """End that; the next write-back empties the field."""
    connection = connection_or_404(connection_id)
    if services().shadows.write_no_more(connection.id, current_user.user.name):
        flash(gettext("It is off. The next write-back empties the field."), "success")
    else:
        flash(gettext("It was not written; nothing was changed."), "info")
    return redirect(url_for("shadow.show", connection_id=connection.id), 303)


@blueprint.get(f"{PAGE}/<shadow_audit_id>/audit.json")
def report_json(connection_id: str, shadow_audit_id: str) -> Response:
    """The audit of the shadow score with one pull, as it is kept."""
    connection, opened = connection_or_404(connection_id), services()
    came = (one for row in opened.shadows.of(connection.id) for one in came_of(opened, connection, row))
    found = next((one for one in came if one.id == shadow_audit_id), None) or abort(404)
    response = Response(found.audit.text, content_type="application/json; charset=utf-8")
    name = f"shadow-audit-{found.id}.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _page(connection: ConnectionRow, typed: dict[str, str], wrong: str, *, unsure: bool = False) -> Response:
    opened, found = services(), _experiment(connection)
    rows = opened.shadows.of(connection.id)
    offered = possible(found) if found else ()
    page = render_template(
        "shadow.html",
        connection_id=connection.id,
        ended=connection.state == "disconnected",
        label=organisation_label(connection.crm, connection.organisation),
        shadows=[shadow_page(row, came_of(opened, connection, row)) for row in rows],
        runs=any(row.stopped_at is None for row in rows),
        experiment=found.id if found else "",
        can=[one for one, why in offered if why is None],
        cannot=[(one, why) for one, why in offered if why is not None],
        typed=typed,
        wrong=wrong,
        kept=KEPT,
        written=written(opened, connection, rows),
        crm=connection.crm,
        unsure=unsure,
    )
    return make_response(page, 422 if wrong or unsure else 200)


def _experiment(connection: ConnectionRow) -> Found | None:
    """The experiment that the address or the form names, where it is one of this connection."""
    row = services().experiments.one(request.values.get("experiment", "")[:16])
    if row is None or row.connection_id != connection.id:
        return None
    return open_one(services(), connection, row)
