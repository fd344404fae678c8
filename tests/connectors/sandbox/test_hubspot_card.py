"""The card's way from the contact page through HubSpot's proxy to our server, and the pages themselves."""

from __future__ import annotations

import json
import time
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
        self.visits, self.refusals, self.delay = [], [], 0.0
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
            self.refusals.append(error.code)
            return Response(error.code, status=401)(environ, start_response)
        time.sleep(self.delay)
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


def test_an_app_with_a_sensitive_scope_may_not_fetch(portal, card):
    portal.accounts.scopes.optional |= {"crm.objects.contacts.sensitive.read.v2"}
    answer = fetched(portal)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert card.visits == []


@pytest.mark.parametrize(
    "changes",
    [
        {"timeout": 120_001},
        {"timeout": 0},
        {"timeout": "5"},
        {"body": ["x"]},
        {"headers": {"Authorization": "a", "authorization": "b"}},
        {"url": "http://fair.example.com/hubspot/card"},
    ],
)
@pytest.mark.usefixtures("card")
def test_what_a_card_s_code_gets_wrong(portal, changes):
    portal._world.permitted.add("http://fair.example.com")
    assert fetched(portal, **changes).status_code == 400


def test_what_is_signed_is_told_apart_by_the_clock_of_each_attempt(portal, card):
    card.answers = [Response(status=503)]
    assert fetched(portal).status_code == 200
    assert len(card.visits) == 2


def test_no_more_than_twenty_at_once(portal, card):
    for _ in range(20):
        assert portal._world.fetches.acquire(blocking=False)
    answer = fetched(portal)
    assert (answer.status_code, answer.json()["category"]) == (429, "RATE_LIMITS")
    assert card.visits == []
    portal._world.fetches.release(20)
    assert fetched(portal).status_code == 200


def test_a_slow_server_is_given_up(portal, card):
    card.delay = 2.0
    answer = fetched(portal, timeout=300)
    assert (answer.status_code, answer.json()["category"]) == (504, "GATEWAY_TIMEOUT")
    assert len(card.visits) == 1


def test_a_redirect_is_not_followed(portal, card):
    card.answers = [Response(status=302, headers={"Location": f"{portal.api_url}/__control"})]
    answer = fetched(portal).json()
    assert answer["context"]["appServerStatusCode"] == ["302"]


def test_without_a_body_nothing_is_sent(portal, card):
    assert fetched(portal, body=None).status_code == 502
    assert card.refusals == ["body_invalid"]
