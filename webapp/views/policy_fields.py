"""Fields that a CRM has and the policy does not name: leave them out, take them up, look for more."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit.schema import BadInput
from connectors.errors import ConnectorError
from connectors.policy.parse import parse_policy
from webapp.language import gettext, ngettext, quoting
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.suggestions import new_fields
from webapp.views.drafting import connection_or_404, remote_words
from webapp.views.policy_draft import described

blueprint = Blueprint("policy_fields", __name__)


@blueprint.post("/connections/<connection_id>/policy/fields")
def decide(connection_id: str) -> Response:
    """Do what the button says, and go back to the list."""
    connection, form, who = connection_or_404(connection_id), request.form, current_user.name
    fields = services().crm_fields
    if "look" in form:
        _look(connection)
    elif "leave" in form:
        _say_left_out(fields.dismiss(connection_id, [form["leave"]], who))
    elif "leave_all" in form:
        _say_left_out(fields.dismiss(connection_id, _open_ones(connection), who))
    elif "take" in form:
        _say_proposed(fields.take_up(connection_id, [form["take"]], who))
    return redirect(url_for("policies.show", connection_id=connection_id) + "#new-fields", 303)


def _look(connection: ConnectionRow) -> None:
    before = {known.info.name for known in services().crm_fields.of(connection.id)}
    try:
        found = {field.name for field in described(services(), connection)}
    except (BadInput, ConnectorError) as problem:
        refused = gettext("The CRM could not be asked for its fields. %(why)s")
        flash(quoting(refused, why=remote_words(problem)), "error")
        return
    new = len(found - before)
    said = gettext("The CRM has %(all)s fields, %(new)s of them not seen before.", all=len(found), new=new)
    flash(said, "success")


def _open_ones(connection: ConnectionRow) -> list[str]:
    saved = services().repository.policy(connection.id)
    if saved is None:
        return []
    try:
        policy = parse_policy(saved.text, "The policy")
    except BadInput:
        return []
    return [one.field for one in new_fields(policy, services().crm_fields.of(connection.id))]


def _say_left_out(names: tuple[str, ...]) -> None:
    said = ngettext("%(name)s is left out.", "%(count)s fields are left out.", len(names), **_of(names))
    _say(names, said)


def _say_proposed(names: tuple[str, ...]) -> None:
    said = ngettext(
        "%(name)s is proposed again.", "%(count)s fields are proposed again.", len(names), **_of(names)
    )
    _say(names, said)


def _of(names: tuple[str, ...]) -> dict[str, object]:
    return {"name": names[0] if names else "", "count": len(names)}


def _say(names: tuple[str, ...], done: str) -> None:
    if names:
        flash(done, "success")
    else:
        flash(gettext("Nothing has changed."), "info")
