"""Signatures of the requests that HubSpot sends to an app.

References
----------
HubSpot, "Validating requests": v3 signs the address with twelve escapes decoded; no other one is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

_DECODED = (
    ("%3A", ":"), ("%2F", "/"), ("%3F", "?"), ("%40", "@"), ("%21", "!"), ("%24", "$"),
    ("%27", "'"), ("%28", "("), ("%29", ")"), ("%2A", "*"), ("%2C", ","), ("%3B", ";"),
)  # fmt: skip


def sign(secret: str, method: str, uri: str, body: bytes, timestamp: str) -> str:
    """Signature v3: base64 of HMAC-SHA256 over method, decoded URI, body and timestamp."""
    for escape, character in _DECODED:
        uri = uri.replace(escape, character).replace(escape.lower(), character)
    message = f"{method}{uri}".encode() + body + timestamp.encode()
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()
