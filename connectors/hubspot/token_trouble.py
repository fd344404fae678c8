"""Why a token was not given: the portal's no, a wrong setting of ours, or a bad moment.

The three must not be confused: a portal that is taken for disconnected because our client secret
was mistyped has to be connected again by its admin.

References
----------
HubSpot, "Manage OAuth tokens": bodies carry ``error`` (RFC 6749) and HubSpot's own ``status``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.errors import Busy, ConnectorError, Refused
from connectors.hubspot.answers import code_of, read_object
from connectors.hubspot.trouble import trouble
from connectors.oauth import is_token
from connectors.retry_after import retry_after

REVOKED, PORTAL_GONE = "invalid_grant", "portal_gone"
# Any no that names neither the consent nor the portal is about our own settings.
CLIENT, REQUEST = "BAD_CLIENT", "BAD_TOKEN_REQUEST"
_REVOKED_STATUS = frozenset({"BAD_REFRESH_TOKEN"})
_REVOKED_ERROR = frozenset({"invalid_grant", "access_denied"})
# A lifetime beyond a century is no number of seconds.
_LONGEST = 100 * 366 * 86_400
_TRANSIENT = frozenset({408, 423, 429, 477})
_MENDS = {
    "BAD_AUTH_CODE": "begin with consent again",
    "BAD_CLIENT_ID": "correct the client id in the settings",
    "BAD_CLIENT_SECRET": "correct the client secret in the settings",
    CLIENT: "correct the client id and the client secret in the settings",
    "BAD_REDIRECT_URI": "make the redirect address in the settings equal to one in the app",
    "BAD_CODE_VERIFIER": "begin with consent again",
    "BAD_SCOPES": "make the scopes in the settings equal to those in the app",
}


def token_trouble(status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError | None:
    """What the token endpoint's answer means: None for a token, else the error to raise."""
    document = read_object(body)
    if 200 <= status < 300:
        return None if _is_token(document) else Busy("HubSpot answered no token", retry_after=5.0)
    if status in _TRANSIENT or status >= 500:
        again = trouble(status, headers, body, "token request")
        seconds = retry_after(headers) or (again.retry_after if isinstance(again, Busy) else 5.0)
        return Busy(f"HubSpot gives no token now (HTTP {status})", retry_after=seconds)
    return _refused(status, document)


def _is_token(document: Mapping[str, Any]) -> bool:
    if "error" in document:
        return False
    lifetime, rotated = document.get("expires_in"), document.get("refresh_token")
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float):
        return False
    readable = is_token(document.get("access_token")) and (rotated in (None, "") or is_token(rotated))
    return readable and 1 <= lifetime < _LONGEST


def _refused(status: int, document: Mapping[str, Any]) -> Refused:
    reason, error = code_of(document, "status"), code_of(document, "error")
    named = reason.startswith("BAD_")
    if reason == "BAD_HUB":
        msg = "HubSpot says that there is no such portal any more: disconnect it, or connect it again"
        return Refused(msg, code=PORTAL_GONE)
    if reason in _REVOKED_STATUS or (not named and error in _REVOKED_ERROR):
        return Refused("the portal removed the app or revoked its consent: connect it again", code=REVOKED)
    code = reason if named else CLIENT if error == "invalid_client" else REQUEST
    mend = _MENDS.get(code, "check the app's settings and the address of HubSpot's API")
    told = code if named else error or f"HTTP_{status}"
    return Refused(f"HubSpot refused the token request ({told}): {mend}", code=code)
