"""Faults on demand: what a network and a busy platform do to a client.

A fault waits for matching calls (``path`` is a part of the path), lets the first ``skip`` of them
pass, then strikes ``times`` times.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from werkzeug.wrappers import Request, Response

from connectors.sandbox.fields import Value
from connectors.sandbox.hubspot.replies import gateway_page, problem

Kind = Literal["status", "reset", "truncated", "drip", "deed"]
Deed = Literal["archive", "restore", "touch", "change", "merge", "erase", "create"]
_AS_HTML = frozenset({502, 504, 521, 523, 524, 530})
_CATEGORIES = {423: "LOCKED", 477: "MIGRATION_IN_PROGRESS", 500: "INTERNAL_ERROR", 503: "SERVICE_UNAVAILABLE"}
_DRIP_SECONDS = 0.05
_SLICES = 20


@dataclass(slots=True, kw_only=True)
class Fault:
    """One planned fault. ``status`` counts for the kind of that name only.

    A ``deed`` strikes no answer: just before the call is handled, somebody does something in the portal
    to ``record`` of the object type ``of``; ``values`` are what a change or a new record gets, ``other``
    is the record that a merge takes in.
    """

    kind: Kind = "status"
    status: int = 503
    times: int = 1
    path: str = ""
    method: str = ""
    skip: int = 0
    retry_after: int | None = None
    deed: Deed = "touch"
    of: str = "contacts"
    record: str = ""
    other: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    def strikes(self, method: str, path: str) -> bool:
        """Whether this call is hit; counts it."""
        if self.path not in path or self.method not in ("", method) or self.times <= 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


def canned(fault: Fault) -> Response:
    """The answer of a status fault."""
    if fault.status in _AS_HTML:
        response = gateway_page(fault.status)
    else:
        category = _CATEGORIES.get(fault.status, "INTERNAL_ERROR")
        response = problem(fault.status, category, "The stand-in was told to fail.").response
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def damaged(fault: Fault, response: Response, request: Request) -> Response:
    """A good answer after what the fault does to it on its way."""
    body = response.get_data()
    if fault.kind == "truncated":
        response.set_data(body[: len(body) // 2])
        return response
    response.response = _torn(body, request) if fault.kind == "reset" else _dripping(body)
    response.headers["Content-Length"] = str(len(body))
    return response


def _torn(body: bytes, request: Request) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)


def _dripping(body: bytes) -> Iterator[bytes]:
    size = max(1, len(body) // _SLICES)
    for start in range(0, len(body), size):
        time.sleep(_DRIP_SECONDS)
        yield body[start : start + size]
