"""HubSpot's proxy between a card and the app's server: signs, limits, retries once.

References
----------
HubSpot, "Fetching data in UI extensions" and "Validating requests". The real proxy wants https;
loopback is allowed here because that is where the demo serves.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

import requests
from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.asking import body_object
from connectors.sandbox.hubspot.replies import invalid, problem, reply
from connectors.sandbox.hubspot.signing import sign
from connectors.sandbox.hubspot.world import USER_EMAIL, USER_ID, World

LARGEST = 1_048_576
DEFAULT_MS, LONGEST_MS = 15_000, 120_000
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetch:
    """What the card asked for, checked."""

    method: str
    url: str
    body: bytes
    seconds: float
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What the app's server answered, no more of it than may be passed on."""

    status: int
    body: bytes


def fetch(world: World, request: Request) -> Response:
    """``hubspot.fetch`` as the card's code calls it; answers ``{status, ok, body}``."""
    wanted = _checked(world, body_object(request))
    if not world.fetches.acquire(blocking=False):
        raise problem(429, "RATE_LIMITS", "Too many requests of this app are under way.")
    try:
        answer = _twice(world, wanted)
    finally:
        world.fetches.release()
    if len(answer.body) > LARGEST:
        raise problem(502, "BAD_GATEWAY", "The app's answer is larger than 1 MB.")
    body = _body(answer)
    if not 200 <= answer.status < 300:
        context = {
            "portalId": [world.portal],
            "httpMethod": [wanted.method],
            "requestUri": [str(request.get_json()["url"])],
            "appServerStatusCode": [str(answer.status)],
        }
        message = "Error returned from Request Uri"
        raise problem(502, "BAD_GATEWAY", message, context=context, responseBody=body)
    return reply({"status": answer.status, "ok": True, "body": body})


def _checked(world: World, document: Mapping[str, Any]) -> _Fetch:
    url, method = str(document.get("url", "")), str(document.get("method", "GET")).upper()
    headers, asked = document.get("headers") or {}, document.get("body")
    if world.accounts.scopes.sensitive:
        _bad("Apps that hold scopes for sensitive data cannot fetch")
    if not isinstance(headers, dict) or {name.lower() for name in headers} - {"authorization"}:
        _bad("Only 'Authorization' header is allowed")
    if len(headers) > 1:
        _bad("Only one 'Authorization' header is allowed")
    if asked is not None and not isinstance(asked, dict):
        _bad("The body must be a plain object")
    _check_address(world, url, method)
    sent = method != "GET" and asked is not None
    body = json.dumps(asked, separators=(",", ":")).encode() if sent else b""
    if len(body) > LARGEST:
        _bad("The body is larger than 1 MB")
    seconds = _milliseconds(document.get("timeout")) / 1000
    return _Fetch(method=method, url=_completed(world, url), body=body, seconds=seconds, headers=headers)


def _check_address(world: World, url: str, method: str) -> None:
    # The app's other addresses stand beside that of its card.
    beside = [world.card_url.rpartition("/")[0] + "/"] if world.card_url else []
    permitted = [*world.permitted, *beside]
    if not any(url.startswith(one) for one in permitted) or method not in _METHODS:
        _bad("The URL is not among the app's permitted URLs")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        _bad("The URL must be https")


def _milliseconds(asked: object) -> float:
    """How long the card waits: 15 s unless it says, never more than 120 s."""
    if asked is None:
        return DEFAULT_MS
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not 0 < asked <= LONGEST_MS:
        _bad(f"The timeout must be between 1 and {LONGEST_MS} ms")
    return asked


def _completed(world: World, url: str) -> str:
    added = {
        "userId": USER_ID,
        "portalId": world.portal,
        "userEmail": USER_EMAIL,
        "appId": world.accounts.app_id,
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in added.items())
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _twice(world: World, wanted: _Fetch) -> _Heard:
    """The answer; once more after a failed connection or a 5xx, within the same time."""
    until = time.monotonic() + wanted.seconds
    answer = _once(world, wanted, wanted.seconds)
    left = until - time.monotonic()
    if left > 0 and (answer is None or answer.status >= 500):
        answer, left = _once(world, wanted, left), until - time.monotonic()
    if answer is not None:
        return answer
    if left <= 0:
        raise problem(504, "GATEWAY_TIMEOUT", "Gateway took too long to respond")
    raise problem(502, "BAD_GATEWAY", "The app's server could not be reached.")


def _once(world: World, wanted: _Fetch, seconds: float) -> _Heard | None:
    """One attempt; None where no whole answer came in time."""
    until = time.monotonic() + seconds
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.request(
                wanted.method,
                wanted.url,
                data=wanted.body,
                headers=_signed(world, wanted),
                timeout=seconds,
                allow_redirects=False,
                stream=True,
            )
            body = _read(answer, until)
        except requests.RequestException:
            return None
    return None if body is None else _Heard(status=answer.status_code, body=body)


def _read(answer: requests.Response, until: float) -> bytes | None:
    """The body up to a little more than is allowed; None where the time is over before its end."""
    body = bytearray()
    for chunk in answer.iter_content(65_536):
        body += chunk
        if time.monotonic() > until:
            return None
        if len(body) > LARGEST:
            break
    return bytes(body)


def _signed(world: World, wanted: _Fetch) -> dict[str, str]:
    """The headers of one attempt, each with a time of its own."""
    secret, timestamp = world.accounts.client_secret, str(world.clock.milliseconds())
    older = hashlib.sha256(f"{secret}{wanted.method}{wanted.url}".encode() + wanted.body).hexdigest()
    return {
        **wanted.headers,
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": sign(secret, wanted.method, wanted.url, wanted.body, timestamp),
        "X-HubSpot-Request-Timestamp": timestamp,
        "X-HubSpot-Signature": older,
        "X-HubSpot-Signature-Version": "v2",
    }


def _body(answer: _Heard) -> Any:  # noqa: ANN401 - whatever JSON the app sent
    try:
        return json.loads(answer.body)
    except ValueError:
        return answer.body[:1000].decode(errors="replace")


def _bad(message: str) -> NoReturn:
    raise invalid(message)
