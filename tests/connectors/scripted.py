"""A CRM that answers whatever a test says: the answers no real or stand-in platform would plan."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.server import LocalServer

Answering = Callable[[Request], Any]


def answer(found: Any) -> Response:
    """JSON for a document, a page for bytes, and a response as it is."""
    if isinstance(found, Response):
        return found
    if isinstance(found, bytes):
        return Response(found, content_type="text/html")
    return Response(json.dumps(found), content_type="application/json;charset=utf-8")


def dripping(body: bytes) -> Response:
    """The body a byte at a time; each comes well within any read timeout."""

    def drops() -> Iterator[bytes]:
        for place in range(len(body)):
            time.sleep(0.02)
            yield body[place : place + 1]

    return Response(drops(), content_type="application/json", headers={"Content-Length": str(len(body))})


@contextmanager
def scripted(answering: Answering, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve the answers on loopback; yields the address."""

    @Request.application
    def application(request: Request) -> Response:
        request.get_data()
        return answer(answering(request))

    with LocalServer(app=application, tls=tls) as server:
        yield server.url
