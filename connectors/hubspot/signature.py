"""HubSpot's signature over a request, version 3: what it proves, and every way to be wrong.

References
----------
HubSpot, "Validating requests" (signature v3): base64 of HMAC-SHA256 over method, URI, body and
timestamp, with twelve percent-escapes of the URI decoded; older than five minutes is refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.errors import Refused

MAXIMUM_URI = 8_192
MAXIMUM_AGE_MS = 300_000
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
_ESCAPE = re.compile("|".join(_DECODED), re.IGNORECASE)
_TIMESTAMP = re.compile(r"[0-9]{13}\Z")


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


def check_signature(request: InboundRequest, secret: str, now: datetime, largest: int) -> None:
    """See that HubSpot signed the request with our secret, a short while ago.

    Raises
    ------
    Refused
        With one of the codes ``request_too_large``, ``signature_missing``, ``timestamp_invalid``,
        ``timestamp_stale``, ``signature_invalid``.
    """
    require(len(request.body) <= largest and len(request.uri) <= MAXIMUM_URI, "request_too_large")
    given, timestamp = request.signature or "", request.timestamp or ""
    require(bool(given and timestamp), "signature_missing")
    require(_TIMESTAMP.match(timestamp) is not None, "timestamp_invalid")
    require(abs(now.timestamp() * 1000 - int(timestamp)) <= MAXIMUM_AGE_MS, "timestamp_stale")
    decoded, raw = (signature_of(secret, request, uri) for uri in signed_uris(request.uri))
    # Both are always compared, so that the time taken does not tell which form was near.
    matches = hmac.compare_digest(_bytes(given), decoded) | hmac.compare_digest(_bytes(given), raw)
    require(matches, "signature_invalid")


def signed_uris(uri: str) -> Sequence[str]:
    """The forms of a URI that HubSpot may have signed: decoded (its servers), raw (its local proxy)."""
    decoded = _ESCAPE.sub(lambda found: _DECODED[found.group().upper()], uri)
    return (decoded, uri)


def signature_of(secret: str, request: InboundRequest, uri: str) -> bytes:
    """The signature that HubSpot would have put on a request whose address is ``uri``."""
    head, tail = _bytes(request.method + uri), _bytes(request.timestamp or "")
    source = head + request.body + tail
    return base64.b64encode(hmac.digest(secret.encode(), source, hashlib.sha256))


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
    "events_invalid": "the request holds no list of events",
    "body_invalid": "the request does not name one contact or lead",
    "answer_invalid": "the request holds no answer from the list",
}


def require(holds: bool, code: str) -> None:
    """Raise Refused with a code where something does not hold."""
    if not holds:
        raise refused(code)


def refused(code: str) -> Refused:
    """The refusal of a request, without a word of it."""
    return Refused(f"HubSpot request: {_MESSAGES[code]}", code=code)
