"""The policy of one connection: read it, try a draft on a few leads, save or propose a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput
from connectors.source import FieldInfo
from webapp.language import gettext, quoting
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.typed_policy import asked_change, typed_policy
from webapp.uploaded import uploaded_policy
from webapp.viewmodels.risk_meter import level_words
from webapp.views.drafting import announce, connection_or_404
from webapp.views.policy_draft import Draft, drafted, fitted, looked_at, risked
from webapp.views.policy_page import Around, asked_leads, policy_page
from webapp.views.saving import PROPOSED, Asked, save_policy
from webapp.views.suggesting import suggested_policy

blueprint = Blueprint("policies", __name__)
blueprint.add_app_template_filter(level_words, "risk_level")


@blueprint.get("/connections/<connection_id>/policy")
def show(connection_id: str) -> Response:
    """The policy in force, an older version as a draft, or a suggestion where there is none."""
    connection = connection_or_404(connection_id)
    saved = services().repository.policy(connection_id)
    if asked := request.args.get("version"):
        return _older(connection, asked)
    if saved is not None:
        return policy_page(drafted(connection, saved.text), Around())
    suggestion = suggested_policy(connection)
    return policy_page(drafted(connection, suggestion.text), Around(suggestion=suggestion))


@blueprint.post("/connections/<connection_id>/policy")
def change(connection_id: str) -> AnyResponse:
    """Try a draft, change it by a button of the table, or save it (the named submit button says which)."""
    connection = connection_or_404(connection_id)
    form, action = request.form, request.form.get("action", "preview")
    fields = _fields(connection)
    typed = typed_policy(form, fields)
    if not typed.warning:
        typed = asked_change(typed.text, action, form, fields)
    draft = drafted(connection, typed.text)
    if action == "show":  # the filter alone: nobody has to be asked
        return policy_page(draft, Around(warning=typed.warning))
    if action != "save":
        return policy_page(_tried(draft, action), Around(warning=typed.warning))
    draft = draft if typed.warning else fitted(services(), draft)
    if draft.error or typed.warning:
        return policy_page(draft, Around(warning=typed.warning), 422)
    return _save(draft)


@blueprint.post("/connections/<connection_id>/policy/import")
def take_file(connection_id: str) -> AnyResponse:
    """Put the text of a file into the editor; nothing of it is in force before it is saved."""
    connection = connection_or_404(connection_id)
    try:
        text = uploaded_policy(request.files.get("file"))
    except BadInput as problem:
        flash(str(problem), "error")
        return redirect(url_for("policies.show", connection_id=connection_id), 303)
    notice = gettext(
        "This is the text of the file, as a draft. It is not in force: look at it, then save it."
    )
    return policy_page(drafted(connection, text), Around(notice=notice))


def _older(connection: ConnectionRow, asked: str) -> Response:
    versions = services().repository.policies(connection.id)
    found = next((one for one in versions if str(one.version) == asked), None) or abort(404)
    notice = gettext(
        "This is version %(version)s as a draft. Save it to put it in force again.", version=found.version
    )
    return policy_page(drafted(connection, found.text), Around(notice=notice))


def _fields(connection: ConnectionRow) -> Sequence[FieldInfo]:
    return [known.info for known in services().crm_fields.of(connection.id)]


def _tried(draft: Draft, action: str) -> Draft:
    opened = services()
    draft = looked_at(opened, draft, asked_leads())
    chosen = tuple(request.form.getlist("sensitive")) if "sensitive_asked" in request.form else None
    return risked(opened, draft, chosen, ask=action == "measure")


def _save(draft: Draft) -> AnyResponse:
    target, form = draft.connection.id, request.form
    asked = Asked(reason=form.get("reason", ""), based_on=form.get("based_on", ""), who=current_user.user)
    done = save_policy(services(), draft, asked)
    if done.reason_error:
        return _refused(draft, done.reason_error)
    if done.warning:
        return policy_page(draft, Around(warning=done.warning), 422)
    if done.proposed is not None:
        flash(PROPOSED, "success")
        return redirect(url_for("proposals.show", proposal_id=done.proposed.id, proposed=1), 303)
    if draft.remote_error:
        later = gettext("The types of the fields are checked at the next pull. %(why)s")
        flash(quoting(later, why=draft.remote_error), "warning")
    if done.saved is not None:
        announce(done.before, done.saved)
    saved = done.saved.version if done.saved else None
    return redirect(url_for("policies.show", connection_id=target, saved=saved), 303)


def _refused(draft: Draft, sentence: str) -> Response:
    shown = risked(services(), replace(draft, remote_error=None))
    return policy_page(shown, Around(reason_error=sentence), 422)
