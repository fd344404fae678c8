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
from connectors.salesforce.budget import CONCURRENT, LIMIT_REACHED, NEXT_WINDOW
from connectors.salesforce.reach import GONE, UNTRUSTED, UNTRUSTED_MEND
from connectors.salesforce.usage import usage_in

EXPIRED = 401
MISSING_FIELD = "INVALID_FIELD"
# Salesforce did not begin with the call: to make it again doubles nothing.
NOT_BEGUN = frozenset({CONCURRENT, "SERVER_UNAVAILABLE", "HTTP_503", "HTTP_429", "UNABLE_TO_LOCK_ROW"})
MOVED = ("HTTP_301", "HTTP_302", "HTTP_303", "HTTP_307", "HTTP_308")
_SOON, _LATER = 1.0, 60.0
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,79}")
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
    "INVALID_AUTH_HEADER": "it does not accept the token, not even a new one: connect the org again",
    "HTTP_401": "it does not accept the token, not even a new one: connect the org again",
    "INSUFFICIENT_ACCESS": "the connected user lacks a permission: assign Fairlead's permission set",
    "FORBIDDEN": "the connected user lacks a permission: assign Fairlead's permission set",
    "HTTP_403": "the connected user lacks a permission, or the org refuses this address: ask its admin",
    "INVALID_TYPE": "the object does not exist, or the connected user may not see it",
    "ENTITY_IS_DELETED": "the record was deleted meanwhile",
    "ORG_LOCKED": "the org is locked or closed: ask Salesforce",
    "INACTIVE_ORG_OR_USER": "the org, or the connected user, is not active: ask the org's admin",
    "TRIAL_EXPIRED": "the org's trial is over: ask Salesforce",
    **dict.fromkeys(MOVED, "the org has another address now: connect it again"),
    GONE: "the org's address is no longer known: it was deleted, or its My Domain was changed",
    UNTRUSTED: UNTRUSTED_MEND,
    "HTTP_409": "the job was begun with another API version, or is no longer there: begin it again",
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
        day_is_used_up=_used_up(headers, message),
    )


def consequence(found: Failure, doing: str) -> ConnectorError:
    """The error to raise for a failed call; ``doing`` names the operation."""
    if found.code == "REQUEST_LIMIT_EXCEEDED":
        return _limited(found, doing)
    if found.code in _WAITS or found.status >= 500 or found.status == 429:
        wait = found.retry_after or _WAITS.get(found.code, _SOON)
        code = found.code or f"HTTP_{found.status}"
        return Busy(f"Salesforce cannot do the {doing} now ({code}): try again", retry_after=wait, code=code)
    code = found.code or f"HTTP_{found.status}"
    mend = _MENDS.get(code) or _MENDS.get(f"HTTP_{found.status}", "ask the org's admin")
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
        msg = f"the org's API calls of the day are used up, so the {doing} stopped: run it again tomorrow"
        return Busy(msg, retry_after=found.retry_after or NEXT_WINDOW, code=LIMIT_REACHED)
    msg = f"the org has too many calls running at once for the {doing}: try again"
    return Busy(msg, retry_after=found.retry_after or 2 * _SOON, code=CONCURRENT)


def _code_and_message(content: object) -> tuple[str, str]:
    """The first error of a body; nothing where the body is not the API's array (a gateway's page)."""
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict):
        return "", ""
    told = first.get("errorCode") or first.get("exceptionCode")
    return plain_code(told) if told else "", str(first.get("message") or "")


def _used_up(headers: Mapping[str, str], message: str) -> bool:
    """By the usage header, else by the message's first word: both limits share status and code."""
    usage = usage_in(headers)
    return (usage is not None and usage.exhausted) or message.startswith("TotalRequests")
