"""What HubSpot tells by webhook: both shapes, merges, repeats, and whatever else may stand in a body."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Refused
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.events import MAXIMUM_BODY, events_of
from connectors.hubspot.inbound import lead_of
from connectors.hubspot.signature import InboundRequest, signature_of
from connectors.pseudonym import Keyring

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
APP = HubSpotApp(app_id="4711", client_id="id", client_secret="secret", redirect_uri="https://f.example/cb")
KEYRING = Keyring(crm="hubspot", organisation="2222", master=bytes(32))
URI = "https://f.example/hubspot/webhooks"
OCCURRED = 1_763_899_100_000


def entry(kind: str, record: object = 101, **more: object) -> dict[str, object]:
    return {
        "eventId": 1,
        "subscriptionId": 7,
        "portalId": 2222,
        "appId": 4711,
        "occurredAt": OCCURRED,
        "subscriptionType": kind,
        "attemptNumber": 0,
        "objectId": record,
        "changeSource": "CRM",
        **more,
    }


def signed(document: object, now: datetime = NOW, method: str = "POST") -> InboundRequest:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    stamp = str(int(now.timestamp() * 1000))
    plain = InboundRequest(method=method, uri=URI, body=body, signature="", timestamp=stamp)
    signature = signature_of(APP.client_secret, plain, URI).decode()
    return InboundRequest(method=method, uri=URI, body=body, signature=signature, timestamp=stamp)


def read(*entries: object):
    return events_of(signed(list(entries)), APP, {"2222": KEYRING}.get, NOW)


def told(*entries: object) -> list[tuple[str, bytes]]:
    return [(event.kind, event.lead.digest) for event in read(*entries)]


def key(record: str, of: str = "0-1") -> bytes:
    return lead_of(KEYRING, of, record).digest


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (entry("contact.privacyDeletion"), [("erased", key("101"))]),
        (entry("contact.deletion"), [("deleted", key("101"))]),
        (entry("object.deletion", objectTypeId="0-1"), [("deleted", key("101"))]),
        (entry("object.deletion", objectTypeId="0-136"), [("deleted", key("101", "0-136"))]),
        (entry("contact.restore"), [("restored", key("101"))]),
        (entry("object.restore", "101", objectTypeId="0-1"), [("restored", key("101"))]),
        (entry("object.deletion", objectTypeId="0-3"), []),
        (entry("object.deletion"), []),
        (entry("deal.deletion"), []),
        (entry("company.deletion"), []),
        (entry("conversation.deletion"), []),
        (entry("contact.propertyChange", propertyName="lifecyclestage", propertyValue="customer"), []),
        (entry("object.propertyChange", objectTypeId="0-1", propertyName="x", propertyValue="REDACTED"), []),
        (entry("contact.creation"), []),
        (entry("contact.associationChange", fromObjectId=1, toObjectId=2), []),
        (entry("contact.deletion", portalId=3333), []),
        (entry("contact.deletion", appId=1), []),
        (entry("contact.deletion", None), []),
        (entry("contact.deletion", True), []),
        (entry("contact.deletion", "ada@canary.example"), []),
        (entry("contact.deletion", portalId=None), []),
        (entry("contact.deletion", occurredAt=None), [("deleted", key("101"))]),
        (entry("contact.deletion", occurredAt=10**18), [("deleted", key("101"))]),
    ],
)
def test_what_each_event_means(one, expected):
    assert told(one) == expected


@pytest.mark.parametrize(
    ("ids", "ended"),
    [
        ({"primaryObjectId": 1, "mergedObjectIds": [2, 3], "newObjectId": 1}, {"2", "3"}),
        ({"primaryObjectId": 1, "mergedObjectIds": [2], "newObjectId": 9}, {"1", "2"}),
        ({"primaryObjectId": 1, "mergedObjectIds": [2]}, {"2"}),
        ({"primaryObjectId": "1", "mergedObjectIds": ["2", "1"], "newObjectId": None}, {"2"}),
        ({"primaryObjectId": 1, "mergedObjectIds": "2"}, set()),
        ({}, set()),
    ],
)
def test_a_merge_ends_every_record_but_the_one_that_lives_on(ids, ended):
    for kind, more in (("contact.merge", {}), ("object.merge", {"objectTypeId": "0-1"})):
        found = told(entry(kind, **more, **ids))
        assert {digest for _, digest in found} == {key(one) for one in ended}
        assert {kind for kind, _ in found} <= {"merged"}


def test_the_same_event_has_the_same_digest_whatever_its_attempt():
    first, again = entry("contact.deletion"), entry("contact.deletion", attemptNumber=3, subscriptionId=8)
    assert len(read(first, again)) == 1
    assert read(first)[0].digest == read(again)[0].digest


@pytest.mark.parametrize(
    "change",
    [
        {"eventId": 2},
        {"occurredAt": OCCURRED + 1},
        {"objectId": 102},
        {"subscriptionType": "contact.restore"},
    ],
)
def test_events_that_differ_in_one_part_of_the_key_are_two(change):
    assert len(read(entry("contact.deletion"), entry("contact.deletion") | change)) == 2


def test_no_event_and_no_digest_holds_a_record_id():
    (event,) = read(entry("contact.deletion", 41300101234))
    assert "41300101234" not in repr(event)
    assert "41300101234" not in event.digest


def test_a_batch_of_a_hundred():
    events = read(*(entry("contact.deletion", number + 1, eventId=number) for number in range(100)))
    assert len({event.lead for event in events}) == 100
    assert {event.at for event in events} == {datetime(2025, 11, 23, 11, 58, 20, tzinfo=UTC)}


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"null", b"7", b'"x"', b"<html>", b"[" * 50_000, b"\xff", b'{"a":[]}']
)
def test_a_body_that_is_no_list_is_refused(body):
    with pytest.raises(Refused) as caught:
        events_of(signed(body), APP, {"2222": KEYRING}.get, NOW)
    assert caught.value.code == "events_invalid"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*sorted(entry("x")), "objectTypeId", "mergedObjectIds", "primaryObjectId"])


@given(st.lists(st.dictionaries(NAMES, JSON, max_size=8) | JSON, max_size=5))
def test_any_list_can_be_read(entries):
    for odd in entries:
        if isinstance(odd, dict):
            odd.setdefault("portalId", 2222)
            odd.setdefault("subscriptionType", "contact.merge")
    read(*entries, entry("contact.deletion"))


def test_what_hubspot_did_not_sign_is_refused_before_it_is_read():
    good = signed([entry("contact.deletion")])
    for changed, code in (
        ({"signature": None}, "signature_missing"),
        ({"signature": "A" * 44}, "signature_invalid"),
        ({"body": b"not json"}, "signature_invalid"),
        ({"body": b"x" * (MAXIMUM_BODY + 1)}, "request_too_large"),
        ({"timestamp": str(int((NOW + timedelta(seconds=301)).timestamp() * 1000))}, "timestamp_stale"),
    ):
        values = {name: getattr(good, name) for name in ("method", "uri", "body", "signature", "timestamp")}
        with pytest.raises(Refused) as caught:
            events_of(InboundRequest(**{**values, **changed}), APP, {"2222": KEYRING}.get, NOW)
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        events_of(signed([], method="PUT"), APP, {"2222": KEYRING}.get, NOW)
    assert caught.value.code == "method_not_allowed"
