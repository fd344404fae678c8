"""One HTTP/1.1 connection of a stand-in: kept alive between requests, as the real platforms keep it.

werkzeug's own handler closes after each answer, because it does not know where a request's body ends; here
what the application left of a body is read before the next request.
"""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler

Headers = list[tuple[str, str]]
BODILESS = frozenset({204, 304})
IDLE_SECONDS = 120
_LIVE: WeakKeyDictionary[BaseWSGIServer, WeakSet[socket.socket]] = WeakKeyDictionary()


def close_connections(server: BaseWSGIServer) -> None:
    """End what clients of this server keep open."""
    for connection in list(_LIVE.get(server, ())):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


class LoopbackHandler(WSGIRequestHandler):
    """HTTP/1.1 without an access log (it would hold record ids)."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    # Nagle would hold back the second of the two small writes per answer.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Note the connection, so that a server that closes can end it."""
        super().setup()
        _LIVE.setdefault(self.server, WeakSet()).add(self.connection)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""

    def log_error(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Log nothing: an idle connection that ends is no error."""

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        environ = self.make_environ()
        chunked = environ.get("wsgi.input_terminated", False)
        body = (
            environ["wsgi.input"]
            if chunked
            else _Body(self.rfile, int(self.headers.get("Content-Length") or 0))
        )
        environ["wsgi.input"] = body
        answer = _Answer(self)
        try:
            self._run(environ, answer)
            while body.read(65_536):
                pass
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception:  # noqa: BLE001 - whatever a route raises is a fault of the stand-in, told to its log
            self.server.log("error", traceback.format_exc())
            self.close_connection = True
            answer.fail()

    def _run(self, environ: dict[str, Any], answer: _Answer) -> None:
        parts: Iterable[bytes] = self.server.app(environ, answer.start)
        try:
            for part in parts:
                answer.write(part)
            answer.finish()
        finally:
            close: Callable[[], None] | None = getattr(parts, "close", None)
            if close is not None:
                close()


@dataclass(slots=True)
class _Body:
    """A request's body, and not a byte of the request behind it."""

    source: BufferedIOBase
    left: int

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, empty at the end."""
        wanted = self.left if size < 0 else min(size, self.left)
        found = self.source.read(wanted) if wanted else b""
        self.left -= len(found) if len(found) == wanted else self.left
        return found

    def readline(self, size: int = -1) -> bytes:
        """Up to the end of a line."""
        found = self.source.readline(self.left if size < 0 else min(size, self.left))
        self.left -= len(found)
        return found


@dataclass(slots=True)
class _Answer:
    """What the application answers, written as it comes."""

    handler: LoopbackHandler
    status: str = ""
    headers: Headers = field(default_factory=list)
    sent: bool = False
    chunked: bool = False
    silent: bool = False

    def start(self, status: str, headers: Headers, _error: object = None, /) -> Callable[[bytes], object]:
        """The application's ``start_response``."""
        self.status, self.headers = status, headers
        return self.write

    def write(self, data: bytes) -> None:
        """Send the head once, then a part of the body."""
        if not self.sent:
            self._head()
        if not data or self.silent:
            return
        frame = b"%x\r\n%b\r\n" % (len(data), data) if self.chunked else data
        self.handler.wfile.write(frame)

    def finish(self) -> None:
        """End the body."""
        self.write(b"")
        if self.chunked and not self.silent:
            self.handler.wfile.write(b"0\r\n\r\n")

    def fail(self) -> None:
        """An answer where there is none yet."""
        if not self.sent:
            self.start("500 INTERNAL SERVER ERROR", [("Content-Length", "0"), ("Connection", "close")])
            self.finish()

    def _head(self) -> None:
        self.sent = True
        number, _, reason = self.status.partition(" ")
        code, names = int(number), {name.lower() for name, _ in self.headers}
        self.silent = self.handler.command == "HEAD" or code in BODILESS
        self.chunked = "content-length" not in names and not self.silent
        self.handler.send_response_only(code, reason)
        if "date" not in names:
            self.handler.send_header("Date", self.handler.date_time_string())
        for name, value in self.headers:
            self.handler.send_header(name, value)
        if self.chunked:
            self.handler.send_header("Transfer-Encoding", "chunked")
        if self.handler.close_connection:
            self.handler.send_header("Connection", "close")
        self.handler.end_headers()
