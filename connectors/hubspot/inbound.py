"""The card's request, proved by HubSpot's signature, becomes a visit: portal and lead key.

The signature proves the app, the portal and the user; the record is whatever the card's own code
sent, so it is used only to find our own flag for a contact of that portal.

References
----------
HubSpot, "Validating requests" (signature v3): base64 of HMAC-SHA256 over method, URI, body and
timestamp, with twelve percent-escapes of the URI decoded; older than five minutes is refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from connectors.errors import Refused
from connectors.hubspot.app import HubSpotApp
from connectors.inbound import KeyringFor, Visit

MAXIMUM_BODY = 16_384
MAXIMUM_URI = 8_192
MAXIMUM_AGE_MS = 300_000
PORTAL_UNKNOWN, BODY_INVALID = "portal_unknown", "body_invalid"
CONTACT, LEAD = "0-1", "0-136"
_SIGNED_QUERY = ("portalId", "userId", "appId", "userEmail")
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
_ESCAPE = re.compile("|".join(_DECODED), re.IGNORECASE)
_TIMESTAMP = re.compile(r"[0-9]{13}\Z")
_NUMBER = re.compile(r"[0-9]{1,20}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRequest:
    """A request as it came: ``uri`` is the full public URL with the raw query, ``body`` the raw bytes.

    ``signature`` is ``X-HubSpot-Signature-v3`` and ``timestamp`` is ``X-HubSpot-Request-Timestamp``;
    None where the header is absent.
    """

    method: str
    uri: str = field(repr=False)
    body: bytes = field(repr=False)
    signature: str | None = field(repr=False)
    timestamp: str | None


def verify_card(request: InboundRequest, app: HubSpotApp, keyring_for: KeyringFor, now: datetime) -> Visit:
    """The visit that a card's request proves.

    Raises
    ------
    Refused
        With one of the codes ``signature_missing``, ``timestamp_invalid``, ``timestamp_stale``,
        ``request_too_large``, ``signature_invalid``, ``method_not_allowed``, ``query_invalid``,
        ``app_mismatch``, ``portal_unknown``, ``body_invalid``. No message holds an id.
    """
    _check_size(request)
    _check_signature(request, app.client_secret, now)
    _require(request.method == "POST", "method_not_allowed")
    query = _query(request.uri)
    _require(query["appId"] == app.app_id, "app_mismatch")
    keyring = keyring_for(query["portalId"])
    if keyring is None:
        raise _refused(PORTAL_UNKNOWN)
    lead = keyring.lead_key(_record_id(request.body))
    return Visit(crm="hubspot", organisation=query["portalId"], lead=lead)


def signed_uris(uri: str) -> Sequence[str]:
    """The forms of a URI that HubSpot may have signed: decoded (its servers), raw (its local proxy)."""
    decoded = _ESCAPE.sub(lambda found: _DECODED[found.group().upper()], uri)
    return (decoded, uri)


def _check_size(request: InboundRequest) -> None:
    _require(len(request.body) <= MAXIMUM_BODY and len(request.uri) <= MAXIMUM_URI, "request_too_large")


def _check_signature(request: InboundRequest, secret: str, now: datetime) -> None:
    given, timestamp = request.signature or "", request.timestamp or ""
    _require(bool(given and timestamp), "signature_missing")
    _require(_TIMESTAMP.match(timestamp) is not None, "timestamp_invalid")
    _require(abs(now.timestamp() * 1000 - int(timestamp)) <= MAXIMUM_AGE_MS, "timestamp_stale")
    decoded, raw = (_signature(secret, request, uri) for uri in signed_uris(request.uri))
    # Both are always compared, so that the time taken does not tell which form was near.
    matches = hmac.compare_digest(_bytes(given), decoded) | hmac.compare_digest(_bytes(given), raw)
    _require(matches, "signature_invalid")


def _signature(secret: str, request: InboundRequest, uri: str) -> bytes:
    head, tail = _bytes(request.method + uri), _bytes(request.timestamp or "")
    source = head + request.body + tail
    return base64.b64encode(hmac.digest(secret.encode(), source, hashlib.sha256))


def _query(uri: str) -> dict[str, str]:
    """The values that HubSpot appended, each exactly once; ids are digits."""
    pairs = parse_qsl(urlsplit(uri).query, keep_blank_values=True)
    found = {name: [value for key, value in pairs if key == name] for name in _SIGNED_QUERY}
    _require(all(len(values) <= 1 for values in found.values()), "query_invalid")
    single = {name: values[0] for name, values in found.items() if values}
    numbers = (single.get(name, "") for name in ("portalId", "userId", "appId"))
    _require(all(_NUMBER.match(number) for number in numbers), "query_invalid")
    return single


def _record_id(body: bytes) -> str:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("objectTypeId") not in (CONTACT, LEAD):
        raise _refused(BODY_INVALID)
    record_id = document.get("objectId")
    text = str(record_id) if isinstance(record_id, int | str) else ""
    _require(_NUMBER.match(text) is not None, BODY_INVALID)
    # Contacts are what is audited; a lead with the same number is another record.
    return text if document["objectTypeId"] == CONTACT else f"{LEAD}/{text}"


def _bytes(text: str) -> bytes:
    # What cannot be encoded was not signed by HubSpot; it must fail as a wrong signature.
    return text.encode(errors="replace")


_MESSAGES = {
    "signature_missing": "the request carries no HubSpot signature",
    "timestamp_invalid": "the request's timestamp is not one of HubSpot's",
    "timestamp_stale": "the request is over five minutes old or from the future: check the server's clock",
    "request_too_large": "the request is larger than a card's can be",
    "signature_invalid": "the signature is wrong: check the client secret and the public address",
    "method_not_allowed": "a card asks with POST",
    "query_invalid": "the request does not name one portal, one user and one app",
    "app_mismatch": "the request comes from another app",
    "portal_unknown": "the portal is not connected",
    "body_invalid": "the request does not name one contact or lead",
}


def _require(holds: bool, code: str) -> None:
    if not holds:
        raise _refused(code)


def _refused(code: str) -> Refused:
    return Refused(f"HubSpot card: {_MESSAGES[code]}", code=code)
