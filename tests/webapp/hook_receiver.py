"""A receiver of webhooks on this machine, over real HTTP, that misbehaves as it is told."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass(slots=True)
class Receiver:
    """``answers`` are taken one by one: a status with headers, "close" or "drip"; then all is well."""

    url: str = ""
    answers: list[Any] = field(default_factory=list)
    got: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = cast("Receiver", cast("Any", self.server).receiver)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.paths.append(self.path)
        receiver.hosts.append(self.headers["Host"])
        receiver.got.append(json.loads(body))
        answer = receiver.answers.pop(0) if receiver.answers else (200, {})
        if answer == "close":
            self.close_connection = True
            return
        if answer == "drip":
            # A status line that never ends, until the test lets go.
            self.wfile.write(b"HTTP/1.1 2")
            self.wfile.flush()
            receiver.let_go.wait(20)
            self.close_connection = True
            return
        status, headers = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the library
        """Say nothing."""


@contextlib.contextmanager
def running(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """The receiver, from its start to its end; with a context it speaks TLS."""
    receiver = Receiver()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.receiver = receiver  # type: ignore[attr-defined]
        server.daemon_threads = True
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            receiver.url = f"https://localhost:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield receiver
        receiver.let_go.set()
        server.shutdown()
        thread.join()
