"""The sender of webhooks: shapes, signatures, batches, retries, and what the network makes of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest
from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot import HubSpotStandIn, webhooks
from connectors.sandbox.server import LocalServer
from tests.connectors.sandbox.hubspot_web import CONTACTS, web_of
from tests.connectors.subject_hubspot import contents, some

SUBSCRIPTIONS = [
    {"subscriptionType": "object.propertyChange", "objectType": "contact", "propertyName": "region"},
    {
        "subscriptionType": "object.propertyChange",
        "objectType": "contact",
        "propertyName": "health_condition",
    },
    {
        "subscriptionType": "object.propertyChange",
        "objectType": "contact",
        "propertyName": "lastmodifieddate",
    },
    {"subscriptionType": "contact.deletion"},
    {"subscriptionType": "object.deletion", "objectType": "contact"},
    {"subscriptionType": "contact.privacyDeletion"},
    {"subscriptionType": "object.merge", "objectType": "contact"},
    {"subscriptionType": "object.creation", "objectType": "contact", "active": False},
    {"subscriptionType": "object.creation", "objectType": "deal"},
    {"subscriptionType": "object.restore", "objectType": "contact"},
    {"subscriptionType": "object.associationChange", "objectType": "deal"},
]


class Listener:
    """The app's endpoint: remembers each request, answers what it is told to."""

    def __init__(self):
        self.requests, self.statuses, self.headers, self.delay = [], [], {}, 0.0

    def __call__(self, environ, start_response):
        request = Request(environ)
        request.get_data()
        self.requests.append(request)
        status = self.statuses.pop(0) if self.statuses else 204
        time.sleep(self.delay)
        return Response(status=status, headers=self.headers)(environ, start_response)

    @property
    def batches(self):
        return [json.loads(one.get_data()) for one in self.requests]

    @property
    def events(self):
        return [event for batch in self.batches for event in batch]


@pytest.fixture
def portal():
    with HubSpotStandIn(contents(some(120)), seed=3) as open_portal:
        yield open_portal


@pytest.fixture
def web(portal):
    with web_of(portal) as open_web:
        yield open_web


@pytest.fixture
def listener(web):
    heard = Listener()
    with LocalServer(app=heard) as server:
        web.control(
            "/webhooks", target=f"{server.url}/hubspot/webhooks?src=a%3Ab", subscriptions=SUBSCRIPTIONS
        )
        yield heard


def test_a_change_is_told_in_hubspot_s_shape(portal, web, listener):
    name = portal.record_ids()[0]
    web.post(f"{CONTACTS}/batch/update", {"inputs": [{"id": name, "properties": {"region": "north"}}]})
    assert web.control("/webhooks/deliver") == {"statuses": [204]}
    (event,) = listener.events
    assert event == {
        "eventId": 1,
        "subscriptionId": 3_000_000,
        "portalId": int(portal.organisation),
        "appId": int(portal.app_id),
        "occurredAt": event["occurredAt"],
        "subscriptionType": "object.propertyChange",
        "attemptNumber": 0,
        "objectId": int(name),
        "objectTypeId": "0-1",
        "changeSource": "INTEGRATION",
        "sourceId": "stand-in",
        "propertyName": "region",
        "propertyValue": "north",
        "isSensitive": False,
    }


def test_the_same_value_again_is_no_change(portal, web, listener):
    name = portal.record_ids()[0]
    portal.desk.change("contacts", name, {"region": "a"})
    assert web.control("/webhooks/deliver") == {"statuses": []}
    assert listener.requests == []


def test_sensitive_values_are_not_told(portal, web, listener):
    portal.desk.change("contacts", portal.record_ids()[0], {"health_condition": "private"})
    web.control("/webhooks/deliver")
    (event,) = listener.events
    assert (event["propertyValue"], event["isSensitive"]) == ("REDACTED", True)
    assert all(b"private" not in one.get_data() for one in listener.requests)


def test_both_signatures_hold(portal, web, listener):
    portal.desk.archive("contacts", portal.record_ids()[0])
    web.control("/webhooks/deliver")
    (request,) = listener.requests
    body, secret = request.get_data(), portal.client_secret.encode()
    assert request.headers["X-HubSpot-Signature"] == hashlib.sha256(secret + body).hexdigest()
    assert request.headers["X-HubSpot-Signature-Version"] == "v1"
    stamp = request.headers["X-HubSpot-Request-Timestamp"]
    source = f"POST{portal.webhooks.target.replace('%3A', ':')}".encode() + body + stamp.encode()
    expected = base64.b64encode(hmac.new(secret, source, hashlib.sha256).digest()).decode()
    assert request.headers["X-HubSpot-Signature-v3"] == expected


def test_erasing_for_good_sends_two_kinds_of_event(portal, web, listener):
    name = portal.record_ids()[0]
    web.post(f"{CONTACTS}/gdpr-delete", {"objectId": name})
    web.control("/webhooks/deliver")
    assert sorted(one["subscriptionType"] for one in listener.events) == [
        "contact.deletion",
        "contact.privacyDeletion",
        "object.deletion",
    ]
    assert {one["objectId"] for one in listener.events} == {int(name)}


def test_merges_deals_and_associations_are_told(portal, web, listener):
    winner, loser = portal.record_ids()[:2]
    deal = portal.desk.create("deals", {"dealname": "D"}, [("contacts", loser, ())])
    portal.desk.merge("contacts", winner, loser)
    portal.desk.archive("contacts", winner)
    portal.desk.restore("contacts", winner)
    web.control("/webhooks/deliver")
    told = {one["subscriptionType"]: one for one in listener.events}
    assert told["object.creation"]["objectId"] == int(deal)
    merge = told["object.merge"]
    assert (merge["primaryObjectId"], merge["mergedObjectIds"]) == (int(winner), [int(loser)])
    joined = told["object.associationChange"]
    assert (joined["associationType"], joined["toObjectId"]) == ("DEAL_TO_CONTACT", int(loser))
    assert told["object.restore"]["objectTypeId"] == "0-1"


def test_batches_hold_a_hundred_and_failures_come_again(portal, web, listener):
    for name in portal.record_ids():
        portal.desk.change("contacts", name, {"region": "n"})
    listener.statuses = [500, 204]
    assert web.control("/webhooks/deliver") == {"statuses": [500, 204]}
    assert [len(batch) for batch in listener.batches] == [100, 20]
    assert web.control("/webhooks/deliver") == {"statuses": []}
    portal.clock.advance(600)
    web.control("/webhooks/deliver")
    assert {one["attemptNumber"] for one in listener.batches[2]} == {1}
    assert listener.batches[2][0]["eventId"] == listener.batches[0][0]["eventId"]
    first, later = (int(one.headers["X-HubSpot-Request-Timestamp"]) for one in listener.requests[::2])
    assert later - first >= 600_000


def test_an_event_is_dropped_after_ten_more_attempts_or_a_day(portal, web, listener):
    portal.desk.change("contacts", portal.record_ids()[0], {"region": "n"})
    listener.statuses = [500] * 100
    for _ in range(30):
        web.control("/webhooks/deliver")
        portal.clock.advance(3600)
    told = web.get("/__control/webhooks").json()
    assert (told["waiting"], told["dropped"]) == (0, 1)
    assert 5 <= told["sent"]["500"] <= 11


def test_a_429_is_waited_out(portal, web, listener):
    portal.desk.change("contacts", portal.record_ids()[0], {"region": "n"})
    listener.statuses, listener.headers = [429], {"Retry-After": "900"}
    web.control("/webhooks/deliver")
    portal.clock.advance(890)
    assert web.control("/webhooks/deliver") == {"statuses": []}
    portal.clock.advance(11)
    assert web.control("/webhooks/deliver") == {"statuses": [204]}


def test_duplicates_and_another_order(portal, web, listener):
    web.control("/webhooks", duplicates=True, order="reversed", batch=2)
    for name in portal.record_ids()[:3]:
        portal.desk.change("contacts", name, {"region": "n"})
    web.control("/webhooks/deliver")
    assert [one["eventId"] for one in listener.events] == [3, 2, 1, 3, 2, 1]
    assert [len(batch) for batch in listener.batches] == [2, 1, 2, 1]


def test_an_app_that_is_too_slow_is_told_again(portal, web, listener, monkeypatch):
    monkeypatch.setattr(webhooks, "TIMEOUT_SECONDS", 0.2)
    listener.delay = 0.6
    portal.desk.change("contacts", portal.record_ids()[0], {"region": "n"})
    assert web.control("/webhooks/deliver") == {"statuses": [0]}
    listener.delay = 0.0
    portal.clock.advance(600)
    assert web.control("/webhooks/deliver") == {"statuses": [204]}
    assert [one["attemptNumber"] for one in listener.events] == [0, 1]


def test_nobody_listens(portal, web):
    web.control("/webhooks", target="http://127.0.0.1:9/x", subscriptions=SUBSCRIPTIONS)
    portal.desk.change("contacts", portal.record_ids()[0], {"region": "n"})
    assert web.control("/webhooks/deliver") == {"statuses": [0]}
    assert web.get("/__control/webhooks").json()["waiting"] == 1
