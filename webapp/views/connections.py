"""Connections: ask a CRM for consent, take its answer, end it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit.schema import BadInput
from connectors.errors import ConnectorError
from webapp import connecting
from webapp.connecting import Answer, NotConnected
from webapp.crms import NAMES, connectable, consent_origins
from webapp.erasure import left_over
from webapp.security import allow_form_targets
from webapp.services import services
from webapp.store.rows import Crm
from webapp.viewmodels.writeback import shown

blueprint = Blueprint("connections", __name__)
CRM_PATH = "/connect/<any(salesforce, hubspot):crm>"


@blueprint.get("/connections")
def index() -> str:
    """Every connection, and the buttons to make one."""
    opened = services()
    allow_form_targets(consent_origins(opened.settings))
    connections = opened.repository.connections()
    receipts = {row.id: opened.repository.latest_receipt(row.id) for row in connections}
    return render_template(
        "connections.html",
        connections=connections,
        writebacks={name: shown(found) for name, found in receipts.items() if found},
        crms=connectable(opened.settings),
        not_erased=frozenset(row.id for row in left_over(opened)),
    )


@blueprint.post(CRM_PATH)
def begin(crm: Crm) -> Response:
    """Send the admin to the CRM's consent page."""
    try:
        return redirect(connecting.begin(services(), crm, current_user.user))
    except (BadInput, ConnectorError) as problem:
        flash(str(problem), "error")
        return redirect(url_for("connections.index"), 303)


@blueprint.get(f"{CRM_PATH}/callback")
def callback(crm: Crm) -> Response:
    """Take the CRM's answer; the address with the code in it is left at once."""
    answer = Answer(
        state=request.args.get("state", ""),
        code=request.args.get("code", ""),
        error=request.args.get("error", ""),
    )
    try:
        connecting.finish(services(), crm, current_user.user, answer)
    except (NotConnected, BadInput) as problem:
        flash(str(problem), "error")
    else:
        flash(f"{NAMES[crm]} is connected. Next: look at its policy, then at score and groups.", "success")
    return redirect(url_for("connections.index"), 303)


@blueprint.post("/connections/<connection_id>/disconnect")
def end(connection_id: str) -> Response:
    """End a connection."""
    opened = services()
    row = opened.repository.connection(connection_id)
    if row is None:
        abort(404)
    try:
        flash(connecting.end(opened, row, current_user.user), "success")
    except BadInput as problem:
        flash(str(problem), "error")
    return redirect(url_for("connections.index"), 303)
