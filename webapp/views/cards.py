"""What HubSpot's cards and its page of settings ask for, and what their users answer.

As in `webapp.views.inbound` the signature is the only proof of who asks. What is expected answers 200 with a
typed body, since ``hubspot.fetch`` hides the body of anything else (HubSpot, "Fetching data in UI
extensions"), and asks once more after a failure: whatever is done here may be done twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import OperationalError

from connectors.errors import Refused
from connectors.feedback import Feedback
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.inbound import PORTAL_UNKNOWN, language_of, verify_answer, verify_card, verify_portal
from connectors.hubspot.signature import InboundRequest
from connectors.inbound import KeyringFor
from webapp.card_panel import as_card
from webapp.card_replies import reply
from webapp.crms import hubspot_app
from webapp.incoming import Met, as_signed, keyring_for
from webapp.language import as_told
from webapp.overview import NOT_CONNECTED as NO_OVERVIEW
from webapp.overview import overview_json, overview_of
from webapp.panel_words import spoken
from webapp.panels import NOT_CONNECTED as NO_PANEL
from webapp.panels import to_json
from webapp.portal_settings import not_connected, settings_of
from webapp.services import Services, services
from webapp.views.typed_errors import REQUEST_STATUS, as_error

CARD_PATH, ANSWER_PATH = "/hubspot/card", "/hubspot/answer"
OVERVIEW_PATH, SETTINGS_PATH = "/hubspot/overview", "/hubspot/settings"
LOG = logging.getLogger(__name__)
Proved = TypeVar("Proved")
Verify = Callable[[InboundRequest, HubSpotApp, KeyringFor, datetime], Proved]
Make = Callable[[Services, Met, Proved], Mapping[str, Any]]
Unknown = Callable[[], Mapping[str, Any]]

blueprint = Blueprint("cards", __name__)


@blueprint.post(CARD_PATH)
def card() -> Response:
    """The panel of one contact, with what its user answered."""
    return _told(CARD_PATH, verify_card, as_card, lambda: to_json(spoken(NO_PANEL)))


@blueprint.post(ANSWER_PATH)
def answer() -> Response:
    """Keep what the user of a card answers to the check."""
    return _told(ANSWER_PATH, verify_answer, _kept, lambda: reply("not_connected"))


@blueprint.post(OVERVIEW_PATH)
def overview() -> Response:
    """How the checks of all contacts went, for a manager's card."""
    return _told(
        OVERVIEW_PATH,
        verify_portal,
        lambda opened, met, _: overview_json(overview_of(opened, met[0])),
        lambda: overview_json(NO_OVERVIEW),
    )


@blueprint.post(SETTINGS_PATH)
def settings() -> Response:
    """Whether Fairlead works in this portal, for the settings page of the app."""
    return _told(
        SETTINGS_PATH,
        verify_portal,
        lambda opened, met, _: settings_of(opened, met[0]),
        lambda: not_connected(services().settings),
    )


def _told(path: str, verify: Verify[Proved], make: Make[Proved], unknown: Unknown) -> Response:
    """What is made of what the signature proves, in the language of its user.

    ``unknown`` is said where the portal is not connected.
    """
    opened = services()
    app = hubspot_app(opened.settings)
    if app is None:
        return as_error("not_set_up", "HubSpot is not set up in this Fairlead.", 404)
    met, signed = list[Met](), as_signed(opened, path)
    try:
        proved = verify(signed, app, keyring_for(opened, "hubspot", met), opened.clock())
    except Refused as error:
        if error.code != PORTAL_UNKNOWN:
            return as_error(error.code, f"{error}.", REQUEST_STATUS.get(error.code, 401))
        with as_told(language_of(signed)):
            return jsonify(unknown())
    with as_told(language_of(signed)):
        return jsonify(make(opened, met[0], proved))


def _kept(opened: Services, met: Met, given: Feedback) -> Mapping[str, Any]:
    try:
        said = opened.card_answers.take(met[0].id, given)
    except OperationalError:
        LOG.warning("An answer to a score check was not kept: others keep the database.")
        return reply("busy")
    connection, ring = met
    if said == "no_check" and opened.keys.generation(connection.id) != ring.generation:
        # The key was rotated meanwhile: the lead has another name by now.
        return reply("busy")
    return reply(said, given.verdict if said == "kept" else None)
