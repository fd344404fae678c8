"""When the jobs of one connection run by themselves."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput
from webapp.auth import may
from webapp.language import gettext
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.schedule import as_typed, days, lines, typed, zone_of, zones
from webapp.views.drafting import connection_or_404
from webapp.work.schedules import USUAL

PAGE = "/connections/<connection_id>/schedule"

blueprint = Blueprint("schedule", __name__)


@blueprint.get(PAGE)
def show(connection_id: str) -> Response:
    """The schedules as they are."""
    return _page(connection_or_404(connection_id))


@blueprint.post(PAGE)
def save(connection_id: str) -> AnyResponse:
    """Others from now on."""
    connection = connection_or_404(connection_id)
    try:
        rhythms = typed(request.form, _days())
    except BadInput as problem:
        return _page(connection, str(problem))
    services().schedules.save(connection.id, rhythms, current_user.user.name)
    flash(gettext("Saved. It counts from now on."), "success")
    return redirect(url_for("schedule.show", connection_id=connection_id), 303)


def _days() -> dict[str, list[str]]:
    return {str(kind): request.form.getlist(f"days-{kind}") for kind in USUAL}


def _page(connection: ConnectionRow, wrong: str = "") -> Response:
    opened = services()
    rows = opened.schedules.of(connection.id)
    saved, zone = lines(rows, opened.clock()), zone_of(rows)
    page = render_template(
        "schedule.html",
        connection=connection,
        lines=as_typed(saved, request.form, _days()) if wrong else saved,
        days=days(),
        zone=request.form.get("zone", zone) if wrong else zone,
        zones=zones(),
        wrote_back=opened.repository.latest_receipt(connection.id) is not None,
        wrong=wrong,
        may_change=may("change"),
    )
    return make_response(page, 422 if wrong else 200)
