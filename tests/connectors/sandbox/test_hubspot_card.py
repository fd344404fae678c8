"""The card's way from the contact page through HubSpot's proxy to our server, and the pages themselves."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import requests
from werkzeug.wrappers import Request, Response

from connectors.errors import Refused
from connectors.hubspot.inbound import InboundRequest, verify_card
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.server import LocalServer
from tests.connectors.subject_hubspot import app_of, contents, keyring_of, some

PANEL = {
    "schema": "fairlead.panel/1",
    "state": "flagged",
    "title": "Score may be unreliable",
    "sentence": "The last audit found that this score is unreliable for some leads.",
    "next_step": "Look at the lead itself and decide.",
    "checked_at": "2026-11-20T09:30:00Z",
    "audit_id": "A-7",
}


class CardServer:
    """Our endpoint, reduced to verification: it answers the panel to a visit."""

    def __init__(self, portal):
        self.portal = portal
        self.visits = []
        self.answers: list[Response] = []
        self.url = ""

    def __call__(self, environ, start_response):
        request = Request(environ)
        seen = InboundRequest(
            method=request.method,
            uri=f"{self.url}{environ['PATH_INFO']}?{environ['QUERY_STRING']}",
            body=request.get_data(),
            signature=request.headers.get("X-HubSpot-Signature-v3"),
            timestamp=request.headers.get("X-HubSpot-Request-Timestamp"),
        )
        keyrings = {self.portal.organisation: keyring_of(self.portal)}
        try:
            self.visits.append(verify_card(seen, app_of(self.portal), keyrings.get, datetime.now(UTC)))
        except Refused as error:
            return Response(error.code, status=401)(environ, start_response)
        answer = (
            self.answers.pop(0) if self.answers else Response(json.dumps(PANEL), mimetype="application/json")
        )
        return answer(environ, start_response)


@pytest.fixture
def portal():
    with HubSpotStandIn(contents(some(60, company="Acme <b>& Sons</b>")), seed=3) as open_portal:
        yield open_portal


@pytest.fixture
def card(portal):
    server = CardServer(portal)
    with LocalServer(app=server) as local:
        server.url = local.url
        portal.card_url = f"{local.url}/hubspot/card"
        yield server


def fetched(portal, **changes):
    body = {
        "url": portal.card_url,
        "method": "POST",
        "body": {"objectId": int(portal.record_ids()[1]), "objectTypeId": "0-1"},
        **changes,
    }
    session = requests.Session()
    session.trust_env = False
    return session.post(f"{portal.api_url}/__card/fetch", json=body)


def test_the_proxy_s_request_passes_our_verification(portal, card):
    answer = fetched(portal).json()
    assert (answer["status"], answer["ok"], answer["body"]) == (200, True, PANEL)
    assert card.visits[0].lead == keyring_of(portal).lead_key(portal.record_ids()[1])


def test_a_query_of_our_own_is_signed_too(portal, card):
    assert fetched(portal, url=f"{portal.card_url}?v=1%3A2%20x").status_code == 200
    assert len(card.visits) == 1


def test_one_retry_after_a_server_error(portal, card):
    card.answers = [Response(status=503)]
    assert fetched(portal).status_code == 200
    card.answers = [Response(status=503), Response("down", status=503)]
    answer = fetched(portal)
    assert (answer.status_code, answer.json()["category"]) == (502, "BAD_GATEWAY")
    assert answer.json()["context"]["appServerStatusCode"] == ["503"]


def test_a_large_answer_is_refused(portal, card):
    card.answers = [Response(b"x" * 1_100_000)]
    assert fetched(portal).status_code == 502


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://127.0.0.1:9/elsewhere"},
        {"headers": {"X-Custom": "1"}},
        {"method": "TRACE"},
        {"body": {"text": "x" * 1_100_000}},
    ],
)
@pytest.mark.usefixtures("card")
def test_what_the_proxy_does_not_send(portal, changes):
    assert fetched(portal, **changes).status_code == 400


def test_a_server_that_is_down(portal):
    portal.card_url = "http://127.0.0.1:9/card"
    assert fetched(portal).status_code == 502


def test_pages_are_labelled_and_escaped(portal):
    session = requests.Session()
    session.trust_env = False
    for url in (portal.page_url, portal.lead_page(portal.record_ids()[0])):
        text = session.get(url).text
        assert "not a HubSpot page" in text
        assert "Acme &lt;b&gt;&amp; Sons" in text
        assert "<b>&" not in text
    assert session.get(portal.lead_page("1")).status_code == 404


def test_the_list_pages_on_and_shows_the_written_status(portal):
    session = requests.Session()
    session.trust_env = False
    first = session.get(portal.page_url).text
    assert first.count("<tr><td>") == 50
    assert session.get(f"{portal.page_url}?after={portal.record_ids()[50]}").text.count("<tr><td>") == 10
