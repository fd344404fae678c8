"""The WSGI layer in front of the stand-in's routes: planned faults, and addresses that are too long."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from connectors.sandbox.salesforce.faults import FAULT, IN_ROUTES, Fault, Headers, answer, damaged
from connectors.sandbox.salesforce.state import State

LONGEST_ADDRESS = 16_384


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets calls through unless a planned fault strikes or the address is too long."""

    inner: WSGIApplication
    state: State

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path = str(environ.get("PATH_INFO", ""))
        if len(str(environ.get("RAW_URI", ""))) > LONGEST_ADDRESS:
            return self._failed(Fault(kind="bad_message"), environ, start_response)
        fault = (
            self.state.faults.strike(path, str(environ["REQUEST_METHOD"]))
            if path.startswith("/services/data/v")
            else None
        )
        if fault is None:
            return self.inner(environ, start_response)
        if fault.kind == "expire":
            self.state.grants.expire_all()
            return self.inner(environ, start_response)
        if fault.kind in IN_ROUTES:
            environ[FAULT] = fault.kind
            return self.inner(environ, start_response)
        return self._failed(fault, environ, start_response)

    def _failed(
        self, fault: Fault, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if fault.kind == "reset":
            _reset(environ)
        planned = answer(fault, self.state.usage)
        if planned is not None:
            status, headers, body = planned
            start_response(status, headers)
            return [body]
        return self._damaged(fault, environ, start_response)

    def _damaged(
        self, fault: Fault, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        heard: list[tuple[str, Headers]] = []

        def record(status: str, headers: Headers, _error: object = None, /) -> object:
            heard.append((status, headers))
            return None

        plain = {key: value for key, value in environ.items() if key != "HTTP_ACCEPT_ENCODING"}
        body = self.inner(plain, record)  # type: ignore[arg-type]
        headers, half = damaged(fault, heard[0][1], body)
        start_response(heard[0][0], [*headers, ("Connection", "close")])
        return [half]


def _reset(environ: WSGIEnvironment) -> None:
    """Drop the connection without an answer, as a broken network does."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError
