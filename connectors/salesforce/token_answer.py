"""What the token endpoint answered, checked: an error by consequence, or a grant."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.errors import Busy, ConnectorError, Refused
from connectors.oauth import Flow, Grant, is_token, only
from connectors.salesforce.app import SalesforceApp, trusted_origin
from connectors.salesforce.ids import full_id

_TRANSIENT = frozenset({"server_error", "rate_limit_exceeded", "temporarily_unavailable"})
_MENDS = {
    "invalid_grant": "the consent has ended or was used before: connect the org again",
    "invalid_client_id": "Salesforce does not know the consumer key: check the client id",
    "invalid_client": "Salesforce does not accept the consumer secret: check the client secret",
    "invalid_app_access": "the admin has not approved the app for this user: assign its permission set",
    "inactive_user": "the connected user is deactivated: connect with an active user",
    "inactive_org": "the org is locked or closed: ask Salesforce",
    "redirect_uri_mismatch": "the callback address is not the one in the External Client App",
    "access_denied": "the admin did not allow the access",
}
# What the same code means where no person gave a consent.
_MENDS_OF: Mapping[Flow, Mapping[str, str]] = {
    "web": {},
    "jwt": {
        "invalid_grant": (
            "upload the certificate that belongs to the private key to the app, check the username and the "
            "server's clock, and assign the app's permission set to that user"
        ),
        "invalid_request": "give the app the scope refresh_token, and assign its permission set to the user",
        "invalid_app_access": "assign the app's permission set to FAIRLEAD_SALESFORCE_JWT_USERNAME",
    },
    "client_credentials": {
        "invalid_grant": "name a run-as user for the client credentials flow in the app's policies",
        "unsupported_grant_type": "switch on the client credentials flow in the app's settings and policies",
    },
}
_CODE = re.compile(r"[a-z_]{1,60}")
_READ = (
    "access_token",
    "refresh_token",
    "token_type",
    "id",
    "issued_at",
    "signature",
    "scope",
    "instance_url",
)
# Longer than the gateway waits: a refresh whose answer was lost is never repeated blindly.
RETRY_AFTER = 60.0


def trouble(response: requests.Response, flow: Flow = "web") -> ConnectorError | None:
    """What is wrong with an answer of the token endpoint, if anything. The body is never repeated."""
    if response.status_code == 429 or response.status_code >= 500:
        return _busy()
    body = _object(response)
    if body is None:
        msg = f"Salesforce's token endpoint gave no JSON object (HTTP {response.status_code})"
        return Refused(f"{msg}: check the login address", code="unexpected_answer")
    if "error" in body or response.status_code != 200:
        return refusal(body.get("error"), flow)
    return None


def refusal(code: object, flow: Flow = "web") -> ConnectorError:
    """What an OAuth error code means: Busy where it passes, Refused where a person must act."""
    known = code if isinstance(code, str) and _CODE.fullmatch(code) else "unknown_error"
    if known in _TRANSIENT:
        return _busy()
    mends = {**_MENDS, **_MENDS_OF[flow]}
    mend = mends.get(known, "check the External Client App, then connect the org again")
    return Refused(f"Salesforce refused the sign-in ({known}): {mend}", code=known)


def read_grant(
    app: SalesforceApp, token: Mapping[str, Any], former: Grant | None, flow: Flow = "web"
) -> Grant:
    """The grant in a token answer; a refresh keeps what the answer leaves out.

    The signature is Base64(HMAC-SHA256(consumer secret, id + issued_at)). The answer to an assertion
    may have neither it nor ``issued_at``; a signature that is there is checked all the same.

    Raises
    ------
    Refused
        ``bad_signature``, ``token_type``, ``host_not_allowed``, ``org_mismatch`` or
        ``malformed_token_answer``.
    """
    access, identity = (_text(token, name) for name in ("access_token", "id"))
    _check_type(token)
    unsigned = flow == "jwt" and "signature" not in token
    issued_at = None if unsigned else _signed_moment(app, token, identity)
    organisation = organisation_of(identity)
    if former is not None and former.organisation != organisation:
        msg = "Salesforce renewed the token for another org: connect the org again"
        raise Refused(msg, code="org_mismatch")
    return Grant(
        organisation=organisation,
        instance_url=trusted_origin(app, _text(token, "instance_url")),
        issued_at=issued_at or datetime.now(UTC),
        expires_at=None,
        scopes=_scopes(token) or (former.scopes if former else ()),
        access_token=access,
        refresh_token=_rotated(token) or (former.refresh_token if former else None),
        flow=flow,
    )


def _signed_moment(app: SalesforceApp, token: Mapping[str, Any], identity: str) -> datetime:
    issued_at = _text(token, "issued_at")
    _check_signature(app, identity + issued_at, _text(token, "signature"))
    return _moment(issued_at)


def _scopes(token: Mapping[str, Any]) -> tuple[str, ...]:
    scope = token.get("scope")
    return tuple(scope.split()) if isinstance(scope, str) else ()


def _rotated(token: Mapping[str, Any]) -> str | None:
    """The refresh token of an answer, which may have none."""
    return None if token.get("refresh_token") in (None, "") else _text(token, "refresh_token")


def _check_type(token: Mapping[str, Any]) -> None:
    if str(token.get("token_type")).lower() != "bearer":
        msg = "Salesforce gave a token that is bound to a key (DPoP): switch that off for the app"
        raise Refused(msg, code="token_type")


def _check_signature(app: SalesforceApp, text: str, signature: str) -> None:
    made = base64.b64encode(hmac.digest(app.client_secret.encode(), text.encode(), hashlib.sha256))
    if not hmac.compare_digest(made, signature.encode()):
        msg = "Salesforce's token answer is not signed with the app's secret: check the client secret"
        raise Refused(msg, code="bad_signature")


def organisation_of(identity: str) -> str:
    """The org id of an identity address (``https://host/id/<org>/<user>``). Raises Refused for others."""
    try:
        parts = urlsplit(identity).path.split("/")
        if len(parts) == 4 and parts[1] == "id" and parts[2].startswith("00D"):
            return full_id(parts[2])
    except ValueError:
        raise _malformed() from None
    raise _malformed()


def _moment(issued_at: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(issued_at) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise _malformed() from None


def _text(token: Mapping[str, Any], name: str) -> str:
    """A member that is printable ASCII, as every one that we read is. Raises Refused."""
    value = token.get(name)
    if not is_token(value):
        raise _malformed()
    return value


def _malformed() -> Refused:
    msg = "Salesforce's token answer is incomplete: check the app's scopes (api refresh_token openid)"
    return Refused(msg, code="malformed_token_answer")


def only_read(response: requests.Response) -> requests.Response:
    """The members of a good token answer that ``read_grant`` reads, and nothing else."""
    return only(_object(response) or {}, *_READ)


def members(response: requests.Response) -> Mapping[str, Any]:
    """The members of a good token answer."""
    return _object(response) or {}


def is_active(response: requests.Response) -> bool | None:
    """What an introspection says of a token; None where it says nothing that can be read."""
    body = _object(response) if response.status_code == 200 else None
    active = (body or {}).get("active")
    return active if isinstance(active, bool) else None


def _object(response: requests.Response) -> dict[str, Any] | None:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _busy() -> Busy:
    return Busy("Salesforce cannot answer the sign-in now: try again", retry_after=RETRY_AFTER)
