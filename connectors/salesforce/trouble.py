"""Errors of the data API by consequence: decided by status and errorCode, never by the message.

References
----------
Salesforce, REST API Developer Guide, "Status Codes and Error Responses".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from simple_salesforce.exceptions import SalesforceError

from connectors.errors import Busy, ConnectorError, Refused
from connectors.retry_after import retry_after

EXPIRED = 401
MISSING_FIELD = "INVALID_FIELD"
# Longer waits are the caller's to plan: the gateway waits for nothing beyond it.
PATIENCE = 30.0
_SOON, _LATER, _NEXT_WINDOW = 1.0, 60.0, 3600.0
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,79}")
_USAGE = re.compile(r"api-usage=([0-9]{1,12})/([0-9]{1,12})(?![0-9])")
_WAITS = {
    "UNABLE_TO_LOCK_ROW": _SOON,
    "SERVER_UNAVAILABLE": _SOON,
    "UNKNOWN_EXCEPTION": _SOON,
    "QUERY_TIMEOUT": _LATER,
    "INVALID_QUERY_LOCATOR": _LATER,
}
_MENDS = {
    MISSING_FIELD: "a field is missing or not visible to the connected user",
    "MALFORMED_QUERY": "the query could not be read: report this fault",
    "INVALID_SESSION_ID": "the connected user may not use the REST API: check its API permission",
    "API_DISABLED_FOR_ORG": "the org's edition or the user's profile has no API access",
    "INSUFFICIENT_ACCESS": "the connected user lacks a permission: assign Fairlead's permission set",
    "INVALID_TYPE": "the connected user may not read this object",
    "HTTP_414": "the query is too long for Salesforce: take fields out of the policy",
    "HTTP_431": "the query is too long for Salesforce: take fields out of the policy",
    "NOT_FOUND": "the address does not exist: check the API version",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed call without its body: only what decides the consequence.

    ``day_is_used_up`` tells the two request limits apart, which share status and code.
    """

    status: int
    code: str
    retry_after: float | None
    day_is_used_up: bool


def failure(error: SalesforceError, headers: Mapping[str, str]) -> Failure:
    """What decides the consequence of a client library's error."""
    code, message = _code_and_message(error.content)
    return Failure(
        status=int(error.status),
        code=code,
        retry_after=retry_after(headers),
        day_is_used_up=_used_up(headers.get("Sforce-Limit-Info", ""), message),
    )


def consequence(found: Failure, doing: str) -> ConnectorError:
    """The error to raise for a failed call; ``doing`` names the operation."""
    if found.code == "REQUEST_LIMIT_EXCEEDED":
        return _limited(found, doing)
    if found.code in _WAITS or found.status >= 500 or found.status == 429:
        wait = found.retry_after or _WAITS.get(found.code, _SOON)
        label = found.code or f"HTTP {found.status}"
        return Busy(f"Salesforce cannot do the {doing} now ({label}): try again", retry_after=wait)
    code = found.code or f"HTTP_{found.status}"
    mend = _MENDS.get(code, "ask the org's admin")
    return Refused(f"Salesforce refused the {doing} ({code}): {mend}", code=code)


def unreachable(doing: str) -> Busy:
    """The error of a broken connection or a broken body."""
    return Busy(f"the connection to Salesforce broke during the {doing}: try again", retry_after=_SOON)


def incomplete(doing: str) -> Busy:
    """The error of a listing that ended early or went in a circle."""
    return Busy(f"Salesforce's pages did not add up during the {doing}: pull again", retry_after=_LATER)


def plain_code(code: object) -> str:
    """An error code fit for counting; anything that is no code is UNKNOWN."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "UNKNOWN"


def _limited(found: Failure, doing: str) -> Busy:
    if found.day_is_used_up:
        msg = f"the org's API calls of the day are used up, so the {doing} stopped: try again later"
        return Busy(msg, retry_after=found.retry_after or _NEXT_WINDOW)
    msg = f"the org has too many calls running at once for the {doing}: try again"
    return Busy(msg, retry_after=found.retry_after or 2 * _SOON)


def _code_and_message(content: object) -> tuple[str, str]:
    """The first error of a body; nothing where the body is not the API's array (a gateway's page)."""
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict):
        return "", ""
    code = plain_code(first.get("errorCode") or first.get("exceptionCode"))
    return code, str(first.get("message") or "")


def _used_up(usage: str, message: str) -> bool:
    """By the usage header; the message only where no header came (both limits share one code)."""
    match = _USAGE.search(usage)
    if match and int(match[1]) >= int(match[2]):
        return True
    return message.startswith("TotalRequests")
