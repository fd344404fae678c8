"""Faults on demand: the data API fails at a chosen call, in the ways the platform fails."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

Headers = list[tuple[str, str]]
PIECES = 20

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
# kind -> status, errorCode, message; no errorCode means that the body is an HTML page.
_ANSWERS: dict[str, tuple[int, str, str]] = {
    "unauthorized": (401, "INVALID_SESSION_ID", "Session expired or invalid"),
    "not_for_rest": (401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API"),
    "invalid_jwt": (401, "INVALID_AUTH_HEADER", "INVALID_JWT_FORMAT"),
    "unauthorized_html": (401, "", "Unauthorized"),
    "total_limit": (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    "concurrent_limit": (
        403,
        "REQUEST_LIMIT_EXCEEDED",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    ),
    "api_disabled": (403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner"),
    "query_timeout": (400, "QUERY_TIMEOUT", "Your query request was running for too long."),
    "invalid_locator": (400, "INVALID_QUERY_LOCATOR", "invalid query locator"),
    "lock": (400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
    "bad_message": (431, "", "Bad Message 431"),
    "server_error": (500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId"),
    "server_error_html": (500, "", "Internal Server Error"),
    "unavailable": (503, "SERVER_UNAVAILABLE", "The server is unavailable for maintenance"),
    "unavailable_html": (503, "", "Service Unavailable"),
}
# What the token endpoint answers instead of the data API's errors.
_OAUTH = {
    "oauth_server_error": ("server_error", "something went wrong"),
    "oauth_rate_limit": ("rate_limit_exceeded", "too many requests"),
    "oauth_invalid_grant": ("invalid_grant", "expired access/refresh token"),
    "oauth_inactive_user": ("inactive_user", "user is inactive"),
}
# What the environment tells the routes of a data-level fault.
FAULT = "fairlead.planned_fault"
IN_ROUTES = frozenset({"truncated_csv", "lost_rows", "duplicate_rows", "stuck_job", "failed_job"})
# What the gate does itself, or leaves to the authorization server ("expire").
_DEEDS = {"expire", "reset", "truncated", "cut", "reset_mid_body", "lost_answer"}
# What happens in the org just before the call is answered.
TURNS = frozenset({"hide_field", "rotate"})
# A body that only comes slowly.
SLOW = frozenset({"drip"})
KINDS = frozenset(_ANSWERS) | _DEEDS
EVERY = KINDS | TURNS | SLOW | IN_ROUTES | frozenset(_OAUTH)


@dataclass(slots=True, kw_only=True)
class Fault:
    """One planned fault: it strikes at the ``at``-th matching call from now, ``times`` times.

    ``times`` None means for good. ``path`` limits it to calls whose path holds that text, ``method``
    to one HTTP method. Calls of the authorization server count only where ``path`` holds ``oauth2``. A
    dripping body takes ``seconds``.
    """

    kind: str
    at: int = 1
    times: int | None = 1
    path: str = ""
    method: str = ""
    retry_after: int | str = 1
    seconds: float = 2.0
    field: str = ""


@dataclass(slots=True)
class Faults:
    """The planned faults of one stand-in."""

    planned: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, fault: Fault) -> None:
        """Add a fault. Raises ValueError for an unknown kind."""
        if fault.kind not in EVERY:
            msg = f"unknown fault {fault.kind!r}; there are: {', '.join(sorted(EVERY))}"
            raise ValueError(msg)
        with self._lock:
            self.planned.append(fault)

    def clear(self) -> None:
        """Forget every planned fault."""
        with self._lock:
            self.planned.clear()

    def strike(self, path: str, method: str = "") -> Fault | None:
        """Count one call; the fault that strikes it, if any."""
        with self._lock:
            due = [fault for fault in self.planned if _concerns(fault, path, method) and _due(fault)]
            if not due:
                return None
            if due[0].times is not None:
                due[0].times -= 1
            return due[0]


def _concerns(fault: Fault, path: str, method: str) -> bool:
    here = path.startswith("/services/data/v") or "oauth2" in fault.path
    return here and fault.path in path and fault.method in {"", method}


def _due(fault: Fault) -> bool:
    if fault.times == 0:
        return False
    fault.at -= 1
    return fault.at < 1


def answer(fault: Fault, usage: str) -> tuple[str, Headers, bytes] | None:
    """Status line, headers and body of a fault that is a plain answer; the API's own tell the usage."""
    if fault.kind in _OAUTH:
        return _oauth_answer(*_OAUTH[fault.kind])
    planned = _ANSWERS.get(fault.kind)
    if planned is None:
        return None
    status, code, message = planned
    kind = "application/json;charset=UTF-8" if code else "text/html;charset=UTF-8"
    body = json.dumps([{"message": message, "errorCode": code}]) if code else _HTML.format(message)
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    if code:
        headers.append(("Sforce-Limit-Info", usage))
    if status == 503:
        headers.append(("Retry-After", str(fault.retry_after)))
    if status == 401:
        headers.append(("WWW-Authenticate", "Token"))
    return f"{status} Planned", headers, body.encode()


def _oauth_answer(error: str, description: str) -> tuple[str, Headers, bytes]:
    body = json.dumps({"error": error, "error_description": description}).encode()
    headers = [("Content-Type", "application/json;charset=UTF-8"), ("Content-Length", str(len(body)))]
    return "400 Planned", headers, body


def damaged(fault: Fault, headers: Headers, whole: bytes) -> tuple[Headers, bytes]:
    """Half of a body: announced as whole JSON ("truncated"), or cut off mid-way."""
    half = whole[: len(whole) // 2]
    announced = len(half) if fault.kind == "truncated" else len(whole)
    return [*_without_length(headers), ("Content-Length", str(announced))], half


def dripped(fault: Fault, headers: Headers, whole: bytes) -> tuple[Headers, Iterator[bytes]]:
    """A whole body that comes in twenty pieces, with waits between them."""

    def pieces() -> Iterator[bytes]:
        size = max(1, -(-len(whole) // PIECES))
        for start in range(0, len(whole), size):
            time.sleep(fault.seconds / PIECES)
            yield whole[start : start + size]

    return [*_without_length(headers), ("Content-Length", str(len(whole)))], pieces()


def _without_length(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name.lower() != "content-length"]
