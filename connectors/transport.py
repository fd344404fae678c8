"""What one answer may take: a total time, from its first byte to its last, and a size.

A read timeout starts anew with every byte, so that a server that drips holds a call, and the lock
of the job behind it, for as long as it likes. Here the clock runs over the whole answer, its headers
included, below both HTTP libraries that the connectors use. An answer that takes too long or grows
too large ends as a broken connection does.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from connectors.address_log import withhold_addresses

# Salesforce may compute for two minutes before the first byte.
SECONDS = 240.0
# Unpacked; the widest page of records that we ask for is a tenth of it.
LARGEST = 64 * 1024 * 1024
CHUNK = 256 * 1024
withhold_addresses()


class _Timed(io.RawIOBase):
    """Reads from a socket until the time for one answer is up."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._socket = sock
        # It keeps the socket open until the answer has been read, also where the connection is closed.
        self._raw = sock.makefile("rb", buffering=0)
        self._patience = sock.gettimeout() or seconds
        self._until = time.monotonic() + seconds

    def readable(self) -> bool:
        """It is for reading only."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:  # noqa: ANN401 - any writable buffer
        """Wait for some bytes. Raises TimeoutError where they come too late."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(min(left, self._patience))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let the socket go."""
        self._raw.close()
        super().close()


@dataclass(frozen=True, slots=True)
class _Opening:
    """Stands where http.client expects the socket of an answer."""

    sock: socket.socket
    seconds: float | None

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Timed(self.sock, self.seconds or SECONDS))


@cache
def _pools(seconds: float | None) -> Mapping[str, type[urllib3.HTTPConnectionPool]]:
    """The classes of pools whose answers take so long at most."""

    class Answer(http.client.HTTPResponse):
        """An answer whose clock runs."""

        def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:  # noqa: ANN401 - http.client's own
            super().__init__(_Opening(sock, seconds), *args, **more)  # type: ignore[arg-type]

    class Connection(HTTPConnection):
        response_class = Answer

    class SecureConnection(HTTPSConnection):
        response_class = Answer

    class Pool(urllib3.HTTPConnectionPool):
        ConnectionCls = Connection  # pyright: ignore[reportAssignmentType] - as in urllib3 itself

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = SecureConnection  # pyright: ignore[reportAssignmentType]

    return MappingProxyType({"http": Pool, "https": SecurePool})


@dataclass(frozen=True, slots=True)
class _Bounded:
    """urllib3's answer as requests reads it, cut off where it is too large."""

    answer: urllib3.BaseHTTPResponse
    largest: int | None

    def stream(self, amt: int, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: ARG002 - requests' own
        """The body, unpacked, in pieces."""
        yield from pieces(self.answer, self.largest)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever requests asks for
        return getattr(self.answer, name)


class TimedAdapter(HTTPAdapter):
    """For sessions of requests: both bounds, and a timeout where the caller gave none.

    simple-salesforce sets no timeout (its issue 148).
    """

    def __init__(
        self, timeout: tuple[float, float], *, seconds: float | None = None, largest: int | None = None
    ) -> None:
        self._timeout, self._seconds, self._largest = timeout, seconds, largest
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - requests' own
        """Make connections whose answers are timed."""
        super().init_poolmanager(*args, **more)
        timed(self.poolmanager, self._seconds)

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:  # noqa: ANN401
        """Send with the timeout where the caller gave none."""
        if not args and more.get("timeout") is None:
            more["timeout"] = self._timeout
        return super().send(request, *args, **more)

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:  # noqa: ANN401
        """An answer whose body is bounded."""
        return super().build_response(req, _Bounded(resp, self._largest))  # type: ignore[arg-type]


def timed(pools: urllib3.PoolManager, seconds: float | None = None) -> urllib3.PoolManager:
    """The same pools, whose answers are timed from now on."""
    pools.pool_classes_by_scheme = dict(_pools(seconds))
    return pools


def timed_reader(sock: socket.socket, seconds: float) -> io.BufferedReader:
    """What a socket still has to say within so many seconds, whichever protocol it speaks.

    A read beyond them raises TimeoutError, as one does that waits longer than the socket's own timeout.
    """
    return io.BufferedReader(_Timed(sock, seconds))


def pieces(answer: urllib3.BaseHTTPResponse, largest: int | None = None) -> Iterator[bytes]:
    """The body of an answer, unpacked.

    Raises
    ------
    urllib3.exceptions.HTTPError
        It broke off, took too long or is too large.
    """
    size = 0
    for piece in answer.stream(CHUNK, decode_content=True):
        size += len(piece)
        if size > (largest or LARGEST):
            answer.close()
            msg = "an answer is too large"
            raise urllib3.exceptions.ProtocolError(msg)
        yield piece
