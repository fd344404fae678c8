"""A WSGI application on a loopback port, over plain HTTP or TLS, in a thread of its own."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, make_server

from connectors.sandbox.connection import LoopbackHandler, close_connections

HOST = "127.0.0.1"


@dataclass(slots=True, kw_only=True)
class LocalServer:
    """Serve ``app`` on loopback until closed; port 0 takes a free one."""

    app: WSGIApplication
    port: int = 0
    tls: ssl.SSLContext | None = None
    _server: BaseWSGIServer = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Bind at once, so that ``url`` is known before anything is served."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server(
            HOST,
            self.port,
            self.app,
            threaded=True,
            request_handler=LoopbackHandler,
            ssl_context=self.tls,
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        if isinstance(self._server.socket, ssl.SSLSocket):
            # Each connection shakes hands in its own thread: a client that stalls stops nobody else.
            self._server.socket.do_handshake_on_connect = False  # type: ignore[attr-defined]
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """``http(s)://127.0.0.1:port`` without a trailing slash."""
        return f"{'https' if self.tls else 'http'}://{HOST}:{self.port}"

    def start(self) -> Self:
        """Begin to serve; returns itself."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        close_connections(self._server)
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        """Start serving."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.close()


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
