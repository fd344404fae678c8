"""The WSGI layer in front of the stand-in's routes: planned faults, the clock, too long addresses."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from connectors.sandbox.salesforce.faults import (
    FAULT,
    IN_ROUTES,
    TURNS,
    Fault,
    Headers,
    answer,
    damaged,
    dripped,
)
from connectors.sandbox.salesforce.state import State

LONGEST_ADDRESS = 16_384


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets calls through unless a planned fault strikes or the address is too long."""

    inner: WSGIApplication
    state: State

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request, its answer dated by the stand-in's clock."""
        start = _dated(start_response, format_datetime(self.state.org.clock.now(), usegmt=True))
        path = str(environ.get("PATH_INFO", ""))
        if len(str(environ.get("RAW_URI", ""))) > LONGEST_ADDRESS:
            return self._failed(Fault(kind="bad_message"), environ, start)
        if not path.startswith("/services/data/v"):
            return self._passed(path, environ, start)
        with self.state.crowd.call() as fits:
            if not fits:
                return self._failed(Fault(kind="concurrent_limit"), environ, start)
            return self._passed(path, environ, start)

    def _passed(self, path: str, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer as the planned faults let it."""
        served = path.startswith("/services/")
        fault = self.state.faults.strike(path, str(environ["REQUEST_METHOD"])) if served else None
        if fault is None:
            return self.inner(environ, start)
        if fault.kind in IN_ROUTES:
            environ[FAULT] = fault.kind
            return self.inner(environ, start)
        if fault.kind in TURNS | {"expire"}:
            self._turned(fault)
            return self.inner(environ, start)
        return self._failed(fault, environ, start)

    def _turned(self, fault: Fault) -> None:
        """What happens meanwhile: tokens die, a field goes, another worker renews first."""
        if fault.kind == "expire":
            self.state.grants.expire_all()
        elif fault.kind == "hide_field":
            self.state.org.hide_field(fault.field)
        else:
            self.state.grants.rotate_all()

    def _failed(self, fault: Fault, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if fault.kind == "reset":
            _reset(environ)
        planned = answer(fault, self.state.usage)
        if planned is not None:
            status, headers, body = planned
            start(status, headers)
            return [body]
        return self._spoilt(fault, environ, start)

    def _spoilt(self, fault: Fault, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """The true answer, which does not arrive as it should."""
        status, headers, whole = self._answered(environ)
        if fault.kind == "lost_answer":
            _reset(environ)
        if fault.kind == "drip":
            headers, pieces = dripped(fault, headers, whole)
            start(status, headers)
            return pieces
        headers, half = damaged(fault, headers, whole)
        start(status, [*headers, ("Connection", "close")])
        return _then_reset(half, environ) if fault.kind == "reset_mid_body" else [half]

    def _answered(self, environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
        heard: list[tuple[str, Headers]] = []

        def record(status: str, headers: Headers, _error: object = None, /) -> object:
            heard.append((status, headers))
            return None

        plain = {key: value for key, value in environ.items() if key != "HTTP_ACCEPT_ENCODING"}
        body = b"".join(self.inner(plain, record))  # type: ignore[arg-type]
        return (*heard[0], body)


def _dated(start_response: StartResponse, now: str) -> StartResponse:
    """A ``start_response`` that tells the clock's time."""

    def start(status: str, headers: Headers, error: object = None, /) -> object:
        return start_response(status, [*headers, ("Date", now)], error)  # type: ignore[arg-type]

    return start  # type: ignore[return-value]


def _then_reset(half: bytes, environ: WSGIEnvironment) -> Iterator[bytes]:
    """Half a body, then a broken connection."""
    yield half
    _reset(environ)


def _reset(environ: WSGIEnvironment) -> None:
    """Drop the connection without an answer, as a broken network does."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError
