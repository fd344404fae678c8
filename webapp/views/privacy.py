"""The privacy page of a connection: what people whose leads are scored may ask for, and the documents of it.

A record id comes in the body of a form and becomes a lead key at once (`webapp.rights.erasing.lead_typed`).
It is in no address, no answer, no session and no log.
"""

from __future__ import annotations

from contextlib import nullcontext

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
from flask_babel import force_locale
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput
from webapp.auth import may
from webapp.language import ENGLISH, english, gettext, marked
from webapp.rights import controller, dossier, erasing, proofs, retention
from webapp.rights.rules import InForce, in_force
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.account import account
from webapp.viewmodels.privacy import Holding, certificate, columns_of, erased_words, opted_out
from webapp.viewmodels.words import moment, organisation_label
from webapp.views.drafting import connection_or_404

PATH = "/connections/<connection_id>/privacy"
WORD = "erase"
UNCONFIRMED = marked("Nothing was erased. Write the word %(word)s to confirm.")
SHOWN = 50
# Pages beside this one: the endpoint, and what stands on its link. Those of the policy need one.
PAPERS = (
    ("papers.record", marked("Record of processing (Article 30)")),
    ("papers.flow", marked("Data flow")),
)
OTHERS = (("keys.show", marked("Keys")), ("decision_log.show", marked("Decision log")))
CRM_KEEPS = marked(
    "The record in the CRM itself is not touched: delete it there. The fields that Fairlead wrote on it are "
    "cleared at the next write-back (fairlead publish)."
)

blueprint = Blueprint("privacy", __name__)


@blueprint.get(PATH)
def show(connection_id: str) -> Response:
    """The page."""
    return _page(connection_or_404(connection_id))


@blueprint.post(f"{PATH}/erase")
def erase(connection_id: str) -> AnyResponse:
    """Erase one lead."""
    connection, opened = connection_or_404(connection_id), services()
    if request.form.get("confirm", "").strip().lower() != WORD:
        return _page(connection, wrong=("erase", gettext(UNCONFIRMED, word=f'"{WORD}"')))
    try:
        typed, kind = request.form.get("record_id", ""), request.form.get("kind", "")
        done = erasing.erase_typed(opened, connection, typed, current_user.name, kind)
    except BadInput as problem:
        return _page(connection, wrong=("erase", english(str(problem))))
    flash(erased_words(done), "warning" if done.after.any else "success")
    flash(gettext(CRM_KEEPS), "info")
    return _back(connection)


@blueprint.post(f"{PATH}/dossier")
def make_dossier(connection_id: str) -> AnyResponse:
    """The dossier of one lead, as a page or as a file; it is kept nowhere."""
    connection, opened = connection_or_404(connection_id), services()
    as_file = request.form.get("form") == "json"
    spoken = force_locale(ENGLISH) if as_file else nullcontext()
    try:
        typed, kind = request.form.get("record_id", ""), request.form.get("kind", "")
        lead = erasing.lead_typed(opened, connection, typed, kind=kind)
        with spoken:
            made = dossier.dossier(opened, connection, lead, current_user.name)
    except BadInput as problem:
        return _page(connection, wrong=("dossier", english(str(problem))))
    if as_file:
        return _file(dossier.to_json(made), "dossier.json", "application/json")
    blank = [gettext(one.label) for one in controller.QUESTIONS if one.name not in made.controller]
    page = render_template("dossier.html", connection_id=connection.id, dossier=made, unanswered=blank)
    return make_response(page)


@blueprint.post(f"{PATH}/retention")
def set_retention(connection_id: str) -> AnyResponse:
    """After how many months leads go."""
    connection = connection_or_404(connection_id)
    try:
        months = retention.set_rule(services(), connection, request.form.get("months", ""), current_user.name)
    except BadInput as problem:
        return _page(connection, wrong=("retention", str(problem)))
    said = (
        gettext("Leads stay from now on.")
        if months is None
        else gettext("The next sync deletes leads after %(months)s months.", months=months)
    )
    flash(said, "success")
    return _back(connection)


@blueprint.post(f"{PATH}/controller")
def set_controller(connection_id: str) -> AnyResponse:
    """Who answers for the processing."""
    connection = connection_or_404(connection_id)
    try:
        changed = controller.save(services(), request.form, current_user.name)
    except BadInput as problem:
        return _page(connection, wrong=("controller", str(problem)))
    said = gettext("Saved.") if changed else gettext("Nothing has changed.")
    flash(said, "success" if changed else "info")
    return _back(connection)


@blueprint.get(f"{PATH}/certificates/<proof_id>")
def proof(connection_id: str, proof_id: str) -> Response:
    """One certificate of deletion, as a file."""
    found = proofs.privacy(services()).proof(proof_id)
    if found is None or found.connection_id != connection_id:
        abort(404)
    return _file(proofs.document(found), f"deletion-{found.id}.json", "application/json")


def _page(connection: ConnectionRow, wrong: tuple[str, str] = ("", "")) -> Response:
    """The page; ``wrong`` names the form that could not be used, and why."""
    opened, (form, sentence) = services(), wrong
    rules, trouble = _rules(connection)
    store = proofs.privacy(opened)
    checked = proofs.check(opened, store.proofs(connection.id))
    page = render_template(
        "privacy.html",
        connection=connection,
        label=organisation_label(connection.crm, connection.organisation),
        holding=_holding(connection, rules),
        trouble=trouble,
        wrong={form: sentence},
        retention=store.retention(connection.id),
        least=retention.least_months(rules.stream if rules else None),
        recommended=retention.RECOMMENDED,
        certificates=[certificate(one) for one in reversed(checked)][:SHOWN],
        public_key=proofs.public_key(opened),
        questions=controller.QUESTIONS,
        answers=controller.answers(opened),
        pages=(*(PAPERS if rules else ()), *OTHERS),
        may_change=may("change"),
        word=WORD,
        kinds=erasing.KINDS[connection.crm],
        chosen=request.form.get("kind", ""),
    )
    return make_response(page, 422 if form else 200)


def _rules(connection: ConnectionRow) -> tuple[InForce | None, str]:
    try:
        return in_force(services(), connection), ""
    except BadInput as problem:
        ours = services().repository.policy(connection.id) is None
        return None, str(problem) if ours else english(str(problem))


def _holding(connection: ConnectionRow, rules: InForce | None) -> Holding:
    opened = services()
    try:
        whole = opened.lake.whole(connection.crm, connection.organisation)
    except BadInput:  # the organisation's key was destroyed, and with it what it opened
        whole = None
    last = opened.syncs.latest(connection.id) if whole else None
    return Holding(
        account=account(whole) if whole else None,
        columns=columns_of(rules),
        opted_out=opted_out(whole.excluded) if whole else (),
        read_at=moment(last.made_at) if last else "",
        connected_at=moment(connection.connected_at),
    )


def _back(connection: ConnectionRow) -> AnyResponse:
    return redirect(url_for("privacy.show", connection_id=connection.id), 303)


def _file(text: str, name: str, kind: str) -> Response:
    response = make_response(text)
    response.headers["Content-Type"] = f"{kind}; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
