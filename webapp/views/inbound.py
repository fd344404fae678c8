"""What the CRMs themselves ask for and tell: the Canvas panel, and HubSpot's webhooks.

The signature is the only proof of who asks: there is no session, no cookie and no form token here.
Neither body nor query is logged.
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request, url_for

from connectors.errors import Busy, Refused
from connectors.hubspot.events import events_of
from connectors.inbound import Visit
from webapp.crms import CRM_HOSTS, hubspot_app, salesforce_app
from webapp.departures import receive
from webapp.incoming import as_signed, keyring_for, panel_of
from webapp.language import as_told, current, gettext, marked
from webapp.panel_words import spoken
from webapp.panels import NO_PERMISSION, NOT_AUDITED, NOT_CONNECTED, Panel
from webapp.security import allow_framing
from webapp.services import Services, services
from webapp.viewmodels.shift_picture import shift_picture
from webapp.views.typed_errors import REQUEST_STATUS, as_error

HOOK_PATH = "/hubspot/webhooks"
RELOAD = Panel(
    state="not_audited",
    title=marked("Open the lead again"),
    sentence=marked("Salesforce did not say in time which lead is open, so there is nothing to show yet."),
    next_step=marked("Reload this page."),
)
# A correctly signed request that leads to no lead is an expected state; everything else is a forgery.
CANVAS_PANELS: dict[str, Panel] = {
    "org_unknown": NOT_CONNECTED,
    "other_address": NOT_CONNECTED,
    "no_access": NO_PERMISSION,
    "not_a_lead": NOT_AUDITED,
    "no_record": RELOAD,
    "replayed": RELOAD,
    "token_refused": RELOAD,
}

CANVAS_STATUS = {"no_access": 403, "replayed": 401, "token_refused": 401}

blueprint = Blueprint("inbound", __name__)


@blueprint.get("/salesforce/canvas")
def canvas_explanation() -> Response:
    """What Salesforce opens for a user whom the admin has not approved yet."""
    return _explanation(None, 200)


@blueprint.post("/salesforce/canvas")
def canvas() -> Response:
    """The panel of one lead, for Salesforce's frame."""
    from connectors.salesforce.inbound import verify_canvas  # noqa: PLC0415 - only this view needs it

    opened = services()
    app = salesforce_app(opened.settings)
    if app is None:
        return _explanation(marked("Salesforce is not set up in this Fairlead."), 404)
    signed = request.form.get("signed_request", "")
    try:
        keyrings = keyring_for(opened, "salesforce")
        visit = verify_canvas(signed, app, keyrings, opened.replays, partial(_address_of, opened))
    except Busy as error:
        return _canvas_busy(error)
    except Refused as error:
        return _canvas_refusal(error)
    allow_framing(visit.frame_origins or _salesforce_origins())
    bearer = opened.panel_bearers.issue(visit)
    return _shown(opened, visit, bearer=bearer, address=url_for("inbound.panel_again"))


@blueprint.get("/salesforce/panel")
def panel_again() -> Response:
    """The panel anew, for the page that Canvas framed: with its bearer, which soon ends."""
    opened = services()
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    visit = opened.panel_bearers.read(bearer.strip()) if scheme.lower() == "bearer" else None
    if visit is None or visit.crm != "salesforce":
        answer = make_response("Reload the lead.", 401)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    return _shown(opened, visit)


def _shown(opened: Services, visit: Visit, **more: str) -> Response:
    """The panel in the language that the CRM speaks to who looks."""
    with as_told(visit.language):
        response = make_response(_page(panel_of(opened, visit), **more))
        response.headers["Content-Language"] = current()
        return response


def _page(panel: Panel, **more: str) -> str:
    words, picture = spoken(panel), shift_picture(panel.shift)
    return render_template("panel.html", panel=panel, words=words, picture=picture, **more)


def _address_of(opened: Services, organisation: str) -> str:
    """Where the org's newest token came from; where it was connected, if there is no token now."""
    row = opened.repository.connection_for("salesforce", organisation)
    if row is None:
        return ""
    try:
        return opened.grants(row.id).load().instance_url
    except Refused:
        return row.instance_url


@blueprint.post(HOOK_PATH)
def webhooks() -> Response:
    """What HubSpot tells; kept durably before it is answered, and acted on after.

    Events that do not matter here are answered like the others: HubSpot tries again what is refused.
    """
    opened = services()
    app = hubspot_app(opened.settings)
    if app is None:
        return as_error("not_set_up", "HubSpot is not set up in this Fairlead.", 404)
    try:
        signed = as_signed(opened, HOOK_PATH)
        events = events_of(signed, app, keyring_for(opened, "hubspot"), opened.clock())
    except Refused as error:
        return as_error(error.code, f"{error}.", REQUEST_STATUS.get(error.code, 401))
    kept = receive(opened, events)
    if kept:
        current_app.extensions["settling"].wake()
    return jsonify({"schema": "fairlead.webhooks/1", "kept": kept})


def _canvas_busy(error: Busy) -> Response:
    response = _explanation(marked("Salesforce did not answer just now. Reload the lead in a minute."), 503)
    response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return response


def _canvas_refusal(error: Refused) -> Response:
    panel = CANVAS_PANELS.get(error.code)
    if panel is None:
        return _explanation(marked("Salesforce's signed request could not be verified."), 401)
    allow_framing(_salesforce_origins())
    return make_response(_page(panel), CANVAS_STATUS.get(error.code, 200))


def _explanation(reason: str | None, status: int) -> Response:
    allow_framing(_salesforce_origins())
    told = gettext(reason) if reason else None
    return make_response(render_template("canvas_explanation.html", reason=told), status)


def _salesforce_origins() -> tuple[str, ...]:
    """Who may frame a page that says nothing of any lead."""
    extra = services().settings.salesforce_extra_hosts
    return (*CRM_HOSTS["salesforce"], *(host if ":" in host else f"{host}:*" for host in extra))
