"""Faults on demand: what a network, a busy platform and other people do to a client.

A fault waits for matching calls (``path`` is a part of the path), lets the first ``skip`` of them
pass, then strikes ``times`` times, for good where that is None.

| kind | what happens |
|---|---|
| status | the call is answered with ``status``; pages for those that nginx or Cloudflare send |
| limit | 429 in the form of ``policy``: burst, daily, search, secondly or token |
| reset_before, lost_answer | the connection breaks before the call is handled, or after it was |
| reset, cut | the connection breaks in the middle of the answer, by a reset or by an end |
| truncated | half an answer that claims to be whole |
| drip | the answer takes ``seconds`` |
| duplicate_page | the page before this one comes again, with its cursor |
| expire | every access token dies just before the call |
| deed | just before the call, somebody does something in the portal |
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from werkzeug.wrappers import Request, Response

from connectors.sandbox.fields import Value
from connectors.sandbox.hubspot.replies import gateway_page, problem

Kind = Literal[
    "status", "limit", "reset_before", "lost_answer", "reset", "cut", "truncated", "drip", "duplicate_page",
    "expire", "deed",
]  # fmt: skip
Deed = Literal["archive", "restore", "touch", "change", "merge", "erase", "create"]
# Answered in front of the API: the body is a page, not JSON.
_AS_HTML = frozenset({414, 502, 504, 521, 523, 524, 530})
_CATEGORIES = {423: "LOCKED", 477: "MIGRATION_IN_PROGRESS", 500: "INTERNAL_ERROR", 503: "SERVICE_UNAVAILABLE"}
_TEXTS = {
    423: "The resource is locked.",
    477: "This account is being moved to another data centre.",
    503: "The service is temporarily unavailable.",
}
# A move between data centres says how long it takes; it may be a day.
_MIGRATION_SECONDS = 60
_SLICES = 20


@dataclass(slots=True, kw_only=True)
class Fault:
    """One planned fault; what a kind does not need is not looked at.

    A deed is done to ``record`` of the object type ``of``; ``values`` are what a change or a new record
    gets, ``other`` is the record that a merge takes in.
    """

    kind: Kind = "status"
    status: int = 503
    times: int | None = 1
    path: str = ""
    method: str = ""
    skip: int = 0
    retry_after: int | None = None
    seconds: float = 1.0
    policy: str = "burst"
    deed: Deed = "touch"
    of: str = "contacts"
    record: str = ""
    other: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    def strikes(self, method: str, path: str) -> bool:
        """Whether this call is hit; counts it."""
        if self.path not in path or self.method not in ("", method) or self.times == 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def canned(fault: Fault) -> Response:
    """The answer of a status fault."""
    status = fault.status
    if status in _AS_HTML:
        response = gateway_page(status)
    else:
        category = _CATEGORIES.get(status, "INTERNAL_ERROR")
        response = problem(status, category, _TEXTS.get(status, "The stand-in was told to fail.")).response
    wait = _MIGRATION_SECONDS if fault.retry_after is None and status == 477 else fault.retry_after
    return hinted(response, wait)


def hinted(response: Response, seconds: int | None) -> Response:
    """An answer that says how long to wait."""
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def damaged(fault: Fault, response: Response, request: Request) -> Response:
    """A good answer after what the fault does to it on its way."""
    body = response.get_data()
    if fault.kind == "truncated":
        response.set_data(body[: len(body) // 2])
        return response
    if fault.kind == "drip":
        response.response = _dripping(body, fault.seconds)
    else:
        kept = b"" if fault.kind == "lost_answer" else body[: len(body) // 2]
        response.response = broken_off(request, kept, gently=fault.kind == "cut")
    response.headers["Content-Length"] = str(len(body))
    return response


def broken_off(request: Request, body: bytes = b"", *, gently: bool = False) -> Iterator[bytes]:
    """The start of a body, then an end (FIN) or a reset (RST); of nothing not even the head is sent."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    if body:
        yield body
    if not gently:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError


def _dripping(body: bytes, seconds: float) -> Iterator[bytes]:
    size = max(1, len(body) // _SLICES)
    for start in range(0, len(body), size):
        time.sleep(seconds / _SLICES)
        yield body[start : start + size]
