"""Connections: ask a CRM for consent, take its answer, end it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit.schema import BadInput
from connectors.errors import ConnectorError, Refused
from webapp import connecting
from webapp.auth import may
from webapp.connecting import Answer, NotConnected
from webapp.crms import NAMES, consent, consent_origins
from webapp.erasure import left_over
from webapp.language import gettext
from webapp.security import allow_form_targets
from webapp.services import Services, services
from webapp.start.standing import is_unfinished, standing, unfinished
from webapp.store.rows import ConnectionRow, Crm
from webapp.viewmodels.decision_log import log_facts
from webapp.viewmodels.writeback import shown
from webapp.views.start_page import place_of
from webapp.ways import SERVER_FLOWS, flow_name, ways

blueprint = Blueprint("connections", __name__)
CRM_PATH = "/connect/<any(salesforce, hubspot):crm>"


@blueprint.get("/connections")
def index() -> str:
    """Every connection, and the ways to make one."""
    opened = services()
    connections = opened.repository.connections()
    allow_form_targets(consent_origins(opened.settings))
    receipts = {row.id: opened.repository.latest_receipt(row.id) for row in connections}
    return render_template(
        "connections.html",
        connections=connections,
        writebacks={name: shown(found) for name, found in receipts.items() if found},
        made={row.id: words for row in connections if (words := _how(opened, row))},
        lacking={row.id: told for row in connections if (told := _lacking(opened, row))},
        ways=ways(opened.settings),
        logs={row.id: log_facts(opened.decision_logs.get(row.id)) for row in connections},
        not_erased=frozenset(row.id for row in left_over(opened)),
        unfinished=unfinished(opened) if may("change") else frozenset(),
    )


def _how(opened: Services, row: ConnectionRow) -> str:
    """How a connection was made; "" where it has ended, or its grant does not open."""
    try:
        return flow_name(opened.grants(row.id).load().flow)
    except Refused:
        return ""


def _lacking(opened: Services, row: ConnectionRow) -> tuple[str, ...]:
    """What does not work with a connection's consent, as far as that is known without asking the CRM."""
    try:
        return consent(opened.settings, row.crm).lacking(opened.grants(row.id).load())
    except (BadInput, Refused):
        return ()


@blueprint.post(CRM_PATH)
def begin(crm: Crm) -> Response:
    """Send the admin to the CRM's consent page, or connect at once by a way that needs no browser."""
    flow = SERVER_FLOWS.get(request.form.get("flow", ""))
    try:
        if flow is None:
            return redirect(connecting.begin(services(), crm, current_user.user))
        return _connected(connecting.direct(services(), crm, flow, current_user.user.name))
    except (BadInput, ConnectorError, NotConnected) as problem:
        return _not_connected(str(problem))


@blueprint.get(f"{CRM_PATH}/callback")
def callback(crm: Crm) -> Response:
    """Take the CRM's answer; the address with the code in it is left at once."""
    answer = Answer(
        state=request.args.get("state", ""),
        code=request.args.get("code", ""),
        error=request.args.get("error", ""),
    )
    try:
        return _connected(connecting.finish(services(), crm, current_user.user, answer))
    except (NotConnected, BadInput) as problem:
        return _not_connected(str(problem))


def _not_connected(sentence: str) -> Response:
    """Back to where one may try again: the first step, as long as nothing is connected."""
    flash(sentence, "error")
    nothing = all(row.state == "disconnected" for row in services().repository.connections())
    return redirect(url_for("start.begin" if nothing else "connections.index"), 303)


def _connected(row: ConnectionRow) -> Response:
    """Where to go with a connection: on the way to its first audit, where it never had one."""
    done = gettext("%(crm)s is connected.", crm=NAMES[row.crm])
    if is_unfinished(services(), row):
        further = gettext("The steps below lead to the first audit.")
        flash(f"{done} {further}", "success")
        return redirect(place_of(standing(services(), row)), 303)
    flash(done, "success")
    return redirect(url_for("connections.index"), 303)


@blueprint.post("/connections/<connection_id>/disconnect")
def end(connection_id: str) -> Response:
    """End a connection."""
    opened = services()
    row = opened.repository.connection(connection_id)
    if row is None:
        abort(404)
    try:
        flash(connecting.end(opened, row, current_user.user.name), "success")
    except BadInput as problem:
        flash(str(problem), "error")
    return redirect(url_for("connections.index"), 303)
