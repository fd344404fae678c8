"""From HubSpot's error answers to errors by consequence; status and category decide, never the text.

References
----------
HubSpot, "Error handling" (developers.hubspot.com/docs/api-reference/error-handling): every field of
an error body is optional. ``Retry-After`` is documented for 477 alone and honoured wherever it comes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.errors import Busy, ConnectorError, Refused
from connectors.hubspot.answers import code_of, part, parts, read_object, texts
from connectors.hubspot.value_errors import value_error
from connectors.retry_after import retry_after

# A token that is expired, unknown, or was stopped on the way: worth one renewal.
UNAUTHENTICATED = frozenset({"EXPIRED_AUTHENTICATION", "INVALID_AUTHENTICATION", "HTTP_401"})
# A call that HubSpot surely did not carry out: even making something may be repeated.
NOT_BEGUN = "not_begun"
# A redirect: the address in the settings is not that of HubSpot's API.
BAD_ADDRESS = "BAD_ADDRESS"
ROLLING_SECONDS = 10.0
SEARCH_SECONDS = 1.0
# The daily budget returns at the portal's own midnight, which we do not know.
DAILY_SECONDS = 3600.0
_WAITS = {408: 1.0, 423: 2.0, 477: 60.0}
# Cloudflare answers 530 to a token that cannot be one; waiting does not mend it.
_NOT_A_TOKEN = 530
_SCOPE = re.compile(r"[a-z][a-z0-9._-]{1,80}\Z")


def trouble(status: int, headers: Mapping[str, str], body: bytes, doing: str) -> ConnectorError | None:
    """What an answer means: None for success, else the error to raise, without anything of its body.

    ``doing`` names the operation in words.
    """
    if 200 <= status < 300:
        return None
    document = read_object(body)
    if status == 429:
        return _too_many(headers, document, doing)
    if status in _WAITS or (status >= 500 and status != _NOT_A_TOKEN):
        seconds = retry_after(headers) or _WAITS.get(status, 1.0)
        return Busy(f"HubSpot cannot answer the {doing} now (HTTP {status})", retry_after=seconds)
    return _refused(status, document, doing)


def _too_many(headers: Mapping[str, str], document: Mapping[str, Any], doing: str) -> Busy:
    policy = code_of(document, "policyName")
    if policy == "DAILY":
        msg = f"the portal's daily budget of HubSpot calls is used up (at the {doing})"
        return Busy(msg, retry_after=retry_after(headers) or DAILY_SECONDS, code="limit_reached")
    by_second = policy == "SECONDLY" or doing.endswith(" search")
    seconds = retry_after(headers) or (SEARCH_SECONDS if by_second else ROLLING_SECONDS)
    msg = f"HubSpot limits the rate of calls (at the {doing})"
    return Busy(msg, retry_after=seconds, code=NOT_BEGUN)


def _refused(status: int, document: Mapping[str, Any], doing: str) -> Refused:
    category = BAD_ADDRESS if status < 400 else code_of(document, "category") or f"HTTP_{status}"
    code = (value_error(document) if doing.endswith(" update") else "") or category
    return Refused(
        f"HubSpot refused the {doing} (HTTP {status}, {category}): {_mend(status, document)}", code=code
    )


def _mend(status: int, document: Mapping[str, Any]) -> str:
    if status == 401:
        return "connect the portal again"
    if status == 403:
        return _missing(document)
    if status < 400:
        return "the address of the HubSpot API is not right; correct it in the settings"
    return "check the policy and the app's settings against the portal"


def _missing(document: Mapping[str, Any]) -> str:
    scopes = sorted({scope for error in parts(document, "errors") for scope in _scopes(error)})
    if not scopes:
        return "the app or the user who installed it lacks a permission"
    return f"the app lacks the scope {', '.join(scopes)}; add it to the app and connect the portal again"


def _scopes(error: Mapping[str, Any]) -> list[str]:
    context = part(error, "context")
    named = [*texts(context, "requiredGranularScopes"), *texts(context, "requiredScopes")]
    return [scope for scope in named if _SCOPE.match(scope)]
