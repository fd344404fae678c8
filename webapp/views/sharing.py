"""Share figures: what would leave, what left before, and the budget for noise."""

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

from audit.release import public_text
from audit.schema import BadInput
from webapp.auth import may
from webapp.language import english, gettext, shortest
from webapp.release_jobs import LOOK, ask, looked, word_of
from webapp.release_vault import signing_key
from webapp.releasing import kept_files
from webapp.services import services
from webapp.store.releases import owner_of
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.release_jobs import under_way
from webapp.viewmodels.sharing import lasting_noise, ledger_lines, previewed
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404
from webapp.views.jobs import told

blueprint = Blueprint("sharing", __name__)
PAGE = "/connections/<connection_id>/share"
_LONGEST_NUMBER = 12


@blueprint.get(PAGE)
def show(connection_id: str) -> Response:
    """The ledger, the budget, what would leave as somebody last looked, and what is being worked out."""
    return _page(connection_or_404(connection_id))


@blueprint.post(PAGE)
def share(connection_id: str) -> AnyResponse:
    """Ask for a release; it can be downloaded from the ledger as often as anybody likes."""
    connection = connection_or_404(connection_id)
    try:
        epsilon = _number("epsilon") if request.form.get("noise") == "yes" else None
    except BadInput as problem:
        return _page(connection, error=str(problem))
    try:
        word = word_of(epsilon)
    except BadInput as problem:  # what an audit says is in English
        return _page(connection, error=english(str(problem)))
    return _asked(connection, word)


@blueprint.post(f"{PAGE}/look")
def look(connection_id: str) -> AnyResponse:
    """Ask what would leave; nothing does."""
    return _asked(connection_or_404(connection_id), LOOK)


def _asked(connection: ConnectionRow, word: str) -> AnyResponse:
    try:
        told(services(), ask(services(), connection, word, current_user.user.name))
    except BadInput as problem:
        return _page(connection, error=str(problem))
    return redirect(url_for("sharing.show", connection_id=connection.id), 303)


@blueprint.post(f"{PAGE}/budget")
def set_budget(connection_id: str) -> AnyResponse:
    """Set the budget for noise."""
    connection = connection_or_404(connection_id)
    try:
        total = _number("total")
    except BadInput as problem:
        return _page(connection, budget_error=str(problem))
    try:
        services().releases.set_budget(owner_of(connection), total, current_user.name)
    except BadInput as problem:  # the ledger speaks English, on the command line too
        return _page(connection, budget_error=english(str(problem)))
    flash(gettext("The budget for noise is %(total)s in all.", total=shortest(total)), "success")
    return redirect(url_for("sharing.show", connection_id=connection_id), 303)


@blueprint.get(f"{PAGE}/<release_id>/release.json")
def release_json(connection_id: str, release_id: str) -> Response:
    """A release as it left, for programs."""
    return _kept(connection_id, release_id, "json")


@blueprint.get(f"{PAGE}/<release_id>/release.html")
def release_html(connection_id: str, release_id: str) -> Response:
    """A release as it left, as one public page."""
    return _kept(connection_id, release_id, "html")


def _kept(connection_id: str, release_id: str, form: str) -> Response:
    """The very bytes that left."""
    connection = connection_or_404(connection_id)
    row = services().releases.one(owner_of(connection), release_id) or abort(404)
    try:
        files = kept_files(row)
    except BadInput as problem:
        return _page(connection, error=str(problem))
    text, kind = (files.text, "application/json") if form == "json" else (files.page, "text/html")
    response = Response(text.encode(), content_type=f"{kind}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"release-{release_id}.{form}")
    return response


def _number(name: str) -> float:
    typed = request.form.get(name, "").strip().replace(",", ".")
    try:
        return float(typed[:_LONGEST_NUMBER])
    except ValueError:
        msg = gettext("Epsilon: type a number, for example 0.5.")
        raise BadInput(msg) from None


def _page(connection: ConnectionRow, error: str | None = None, budget_error: str | None = None) -> Response:
    releases, owner = services().releases, owner_of(connection)
    saved = services().repository.policy(connection.id)
    look = looked(services(), connection)
    page = render_template(
        "share.html",
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        look=look and previewed(look.release),
        look_at=look,
        jobs=under_way(services(), connection),
        error=error,
        typed={"noise": request.form.get("noise", "no"), "epsilon": request.form.get("epsilon", "0.5")},
        budget_error=budget_error,
        budget=releases.budget(owner),
        public_key=public_text(signing_key(services(), connection)),
        apart=lasting_noise(saved.text) if saved else (),
        lines=ledger_lines(releases.all(owner)),
        may_share=may("change"),
    )
    return make_response(page, 422 if error or budget_error else 200)
