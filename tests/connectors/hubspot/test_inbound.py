"""The card's signed request: HubSpot's vectors, HubSpot's own library, and every way to be wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hubspot.utils.signature import Signature

from connectors.errors import Refused
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.inbound import verify_card
from connectors.hubspot.signature import InboundRequest, signature_of, signed_uris
from connectors.pseudonym import Keyring

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
OTHER_SECRET = "autopilot-test-client-secret-0001"
TEXT = "{'example_field':'example_value'}"
HOOK = "https://www.example.com/webhook_uri"
ESCAPED = "https://example.com/api/hubspot/webhooks?src=hs%3Aapp%2Fv3&x=%28a%29"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
APP = HubSpotApp(app_id="4711", client_id="id", client_secret=SECRET, redirect_uri="https://f.example/cb")
KEYRING = Keyring(crm="hubspot", organisation="2222", master=bytes(32))
URI = "https://f.example/hubspot/card?a=1&userId=9&portalId=2222&userEmail=sam%2Bw%40x.example&appId=4711"
BODY = json.dumps({"objectId": 101, "objectTypeId": "0-1"}).encode()
DECODED_URI = URI.replace("%40", "@")


def signed(uri=URI, *, body=BODY, now=NOW, method="POST", over=None, secret=SECRET):
    timestamp = str(int(now.timestamp() * 1000))
    message = f"{method}{over or uri.replace('%40', '@')}".encode() + body + timestamp.encode()
    signature = base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()
    return InboundRequest(method=method, uri=uri, body=body, signature=signature, timestamp=timestamp)


def verify(request, now=NOW, app=APP):
    return verify_card(request, app, {"2222": KEYRING}.get, now)


def refusal(request, now=NOW, app=APP):
    with pytest.raises(Refused) as caught:
        verify(request, now, app)
    assert not any(mark in str(caught.value) for mark in ("2222", "101", "4711", SECRET, "sam"))
    return caught.value.code


@pytest.mark.parametrize(
    ("secret", "uri", "body", "timestamp", "expected"),
    [
        (SECRET, HOOK, TEXT, "1693657560000", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
        (SECRET, HOOK, TEXT, "1700000300000", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
        (OTHER_SECRET, ESCAPED, "[]", "1790000004000", "G8ddQlikFQ0ScZOZn+MHQ0E3WCV7vOJTzKlvrkvbvuk="),
    ],
)  # fmt: skip
def test_known_answers(secret, uri, body, timestamp, expected):
    request = InboundRequest(method="POST", uri=uri, body=body.encode(), signature="", timestamp=timestamp)
    assert signature_of(secret, request, signed_uris(uri)[0]).decode() == expected


def test_the_known_answer_of_the_undecoded_form():
    request = InboundRequest(method="POST", uri=ESCAPED, body=b"[]", signature="", timestamp="1790000004000")
    assert signature_of(OTHER_SECRET, request, ESCAPED) == b"KKwrtu49d26FrUsDQdYcfAcwFssKn+cmyppOAUwOO/Q="


@pytest.mark.parametrize("escape", ["3A", "2F", "3F", "40", "21", "24", "27", "28", "29", "2A", "2C", "3B"])
def test_twelve_escapes_are_decoded_in_either_case(escape):
    character = bytes.fromhex(escape).decode()
    assert signed_uris(f"u%{escape}v%{escape.lower()}w")[0] == f"u{character}v{character}w"


@pytest.mark.parametrize("escape", ["%20", "%2B", "%26", "%3D", "%25", "%2540"])
def test_every_other_escape_stays(escape):
    assert signed_uris(escape)[0] == escape


def test_a_card_request_becomes_a_visit():
    visit = verify(signed())
    assert (visit.crm, visit.organisation, visit.lead) == ("hubspot", "2222", KEYRING.lead_key("101"))


def test_the_form_of_hubspot_s_local_proxy_is_accepted_too():
    assert verify(signed(over=URI)).organisation == "2222"


def test_hubspot_s_own_library_agrees_with_our_test_signer():
    request = signed(now=datetime.now(UTC))
    assert Signature.is_valid(
        signature=request.signature,
        client_secret=SECRET,
        request_body=BODY.decode(),
        http_uri=DECODED_URI,
        http_method="POST",
        signature_version="v3",
        timestamp=request.timestamp,
    )


def test_ids_may_be_text():
    body = json.dumps({"objectId": "101", "objectTypeId": "0-1"}).encode()
    assert verify(signed(body=body)).lead == KEYRING.lead_key("101")


def test_a_lead_is_accepted_and_is_not_the_contact_of_the_same_number():
    body = json.dumps({"objectId": "101", "objectTypeId": "0-136"}).encode()
    assert verify(signed(body=body)).lead != KEYRING.lead_key("101")


@pytest.mark.parametrize("seconds", [-301, 301, 86_400, -86_400])
def test_old_and_future_timestamps_are_refused(seconds):
    assert refusal(signed(now=NOW + timedelta(seconds=seconds))) == "timestamp_stale"


@pytest.mark.parametrize("seconds", [-299, 299])
def test_five_minutes_either_way_are_accepted(seconds):
    assert verify(signed(now=NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize(
    "timestamp", ["", "17e11", "1700000000", " 1763899200000", "-1763899200000", "١٧٦٣٨٩٩٢٠٠٠٠٠"]
)
def test_timestamps_of_another_form_are_refused(timestamp):
    code = refusal(replace(signed(), timestamp=timestamp))
    assert code == ("timestamp_invalid" if timestamp else "signature_missing")


@pytest.mark.parametrize(
    "change",
    [
        {"body": BODY + b" "},
        {"uri": URI.replace("2222", "3333")},
        {"uri": URI + "&x=1"},
        {"method": "PUT"},
        {"signature": "AAAA"},
        {"signature": "é" * 44},
        {"uri": URI + "\udcff"},
    ],
)
def test_anything_changed_is_refused(change):
    assert refusal(replace(signed(), **change)) == "signature_invalid"


def test_another_secret_is_refused():
    assert refusal(signed(secret="another")) == "signature_invalid"


def test_no_signature_is_refused():
    assert refusal(replace(signed(), signature=None)) == "signature_missing"
    assert refusal(replace(signed(), timestamp=None)) == "signature_missing"


@pytest.mark.parametrize("key", ["portalId=3333", "userId=1", "appId=4711", "userEmail=x", "portal%49d=3333"])
def test_repeated_keys_are_refused_though_signed(key):
    assert refusal(signed(uri=f"{URI}&{key}")) == "query_invalid"


@pytest.mark.parametrize("key", ["portalId", "userId", "appId"])
def test_missing_keys_are_refused(key):
    assert refusal(signed(uri=URI.replace(f"{key}=", "x="))) == "query_invalid"


def test_another_app_and_an_unknown_portal_are_refused():
    assert refusal(signed(uri=URI.replace("appId=4711", "appId=4712"))) == "app_mismatch"
    assert refusal(signed(uri=URI.replace("portalId=2222", "portalId=3333"))) == "portal_unknown"


def test_a_card_asks_with_post():
    assert refusal(signed(method="GET")) == "method_not_allowed"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 9000,
        b'{"objectId":101,"objectTypeId":"0-2"}',
        b'{"objectId":101,"objectTypeId":["0-1"]}',
        b'{"objectId":true,"objectTypeId":"0-1"}',
        b'{"objectId":-1,"objectTypeId":"0-1"}',
        b'{"objectId":1.5,"objectTypeId":"0-1"}',
        b'{"objectId":"1 or 1","objectTypeId":"0-1"}',
        b'{"objectId":"","objectTypeId":"0-1"}',
        b'{"objectId":null,"objectTypeId":"0-1"}',
    ],
)
def test_other_bodies_are_refused(body):
    assert refusal(signed(body=body)) == "body_invalid"


def test_large_requests_are_refused_before_they_are_hashed():
    assert refusal(replace(signed(), body=b" " * 20_000)) == "request_too_large"
    assert refusal(replace(signed(), uri=URI + "&" + "a" * 9_000)) == "request_too_large"
