"""The key of one connection's organisation: how it stands; rotate it; destroy it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput
from webapp import connecting
from webapp.auth import may
from webapp.language import gettext
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.keys import standing
from webapp.views.drafting import connection_or_404

PAGE = "/connections/<connection_id>/key"

blueprint = Blueprint("keys", __name__)


@blueprint.get(PAGE)
def show(connection_id: str) -> Response:
    """The generations of the key, and what an admin may do."""
    return _page(connection_or_404(connection_id))


@blueprint.post(f"{PAGE}/destroy")
def destroyed(connection_id: str) -> AnyResponse:
    """Destroy the key for good and disconnect; the organisation's id must be typed."""
    connection = connection_or_404(connection_id)
    if request.form.get("typed", "").strip() != connection.organisation:
        wrong = gettext(
            "Type %(organisation)s, exactly as it stands here. Nothing was destroyed.",
            organisation=connection.organisation,
        )
        return _page(connection, wrong, 422)
    try:
        flash(connecting.end(services(), connection, current_user.user.name), "success")
    except BadInput as problem:
        flash(str(problem), "error")
    return redirect(url_for("keys.show", connection_id=connection_id), 303)


def _page(connection: ConnectionRow, wrong: str = "", status: int = 200) -> Response:
    opened = services()
    page = render_template(
        "keys.html",
        connection=connection,
        key=standing(opened.keys.rows(connection.id)),
        rotates=opened.work.is_open(connection.id, "key"),
        wrong=wrong,
        may_change=may("change"),
    )
    return make_response(page, status)
