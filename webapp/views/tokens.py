"""The tokens of the JSON API: admins make and revoke them, auditors see which there are."""

from __future__ import annotations

from dataclasses import dataclass

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
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput
from webapp.api.making import make_token
from webapp.auth import may
from webapp.language import gettext, iso_day
from webapp.services import services
from webapp.store.api_tokens import NewToken
from webapp.viewmodels.api_tokens import scope_choices, token_lines
from webapp.viewmodels.words import organisation_labels

DAYS = (30, 90, 365)
blueprint = Blueprint("tokens", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A token that was made just now; this page is the only one that ever shows it."""

    token: str
    name: str
    until: str


@blueprint.get("/tokens")
def show() -> Response:
    """Every token, and the form for a new one."""
    return _page()


@blueprint.post("/tokens")
def make() -> Response:
    """Make a token and show it; it is in no session and no address, so a reload shows it no more."""
    person = current_user.user
    days = request.form.get("days", "")
    new = NewToken(
        name=" ".join(request.form.get("name", "").split()),
        role=request.form.get("role", ""),
        scopes=tuple(dict.fromkeys(request.form.getlist("scope"))),
        days=int(days) if days.isdecimal() and len(days) < 5 else 0,
        made_by=person.name,
        user_id=person.id,
        connection_id=request.form.get("connection") or None,
    )
    try:
        token, row = make_token(services(), new)
    except BadInput as problem:
        return _page(error=str(problem))
    return _page(fresh=Fresh(token=token, name=row.name, until=iso_day(row.expires_at)))


@blueprint.post("/tokens/<token_id>/revoke")
def revoke(token_id: str) -> AnyResponse:
    """End a token at once."""
    if not services().api_tokens.revoke(token_id, current_user.name):
        abort(404)
    flash(gettext("The token is revoked. It opens nothing from now on."), "success")
    return redirect(url_for("tokens.show"), 303)


def _page(error: str | None = None, fresh: Fresh | None = None) -> Response:
    opened = services()
    labels = organisation_labels(opened.repository.connections())
    page = render_template(
        "tokens.html",
        lines=token_lines(opened.api_tokens.all(), labels, opened.clock()),
        choices=scope_choices(),
        labels=labels,
        days=DAYS,
        typed=request.form if error else MultiDict(),
        error=error,
        fresh=fresh,
        may_change=may("change"),
    )
    return make_response(page, 422 if error else 200)
