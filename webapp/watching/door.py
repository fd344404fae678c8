"""``/metrics``: beside the pages for who has its token, or on a port of its own. Off where neither is set."""

from __future__ import annotations

import hmac
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import SecretStr
from waitress.server import create_server

from audit.schema import BadInput
from webapp.services import Services
from webapp.watching.asked import count_requests
from webapp.watching.held import Held

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

blueprint = Blueprint("metrics", __name__)
THREADS = 2


def install(app: Flask, opened: Services) -> None:
    """Begin to count, where anybody may look."""
    settings = opened.settings
    if settings.metrics_token is None and settings.metrics_listen is None:
        return
    registry = CollectorRegistry()
    registry.register(Held(opened))
    count_requests(app, registry)
    app.extensions["metrics"] = registry
    if settings.metrics_token is not None:
        app.register_blueprint(blueprint)


@blueprint.get("/metrics")
def metrics() -> Response:
    """The figures, for who shows the token."""
    token = current_app.extensions["fairlead"].settings.metrics_token
    if not _shown(token, request.headers.get("Authorization", "")):
        refused = Response("Send the token of FAIRLEAD_METRICS_TOKEN as a bearer token.\n", 401)
        refused.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        refused.mimetype = "text/plain"
        return refused
    return Response(generate_latest(current_app.extensions["metrics"]), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def serve_apart(app: Flask, opened: Services) -> Any:  # noqa: ANN401 - waitress has no types
    """Serve the figures on their own port until the process ends; the server, or None where none is wished.

    Raises
    ------
    BadInput
        The port cannot be opened.
    """
    listen = opened.settings.metrics_listen
    if listen is None:
        return None
    server = create_server(
        _alone(app, opened.settings.metrics_token),
        {},
        sockets=[_listening(listen)],
        threads=THREADS,
        ident="",
    )
    threading.Thread(target=_run, args=(server,), name="metrics", daemon=True).start()
    return server


def _run(server: Any) -> None:  # noqa: ANN401 - waitress has no types
    with suppress(OSError):  # its socket was closed under it, which is how it ends
        server.run()


def _listening(listen: str) -> socket.socket:
    parts = urlsplit(f"//{listen}")
    host, port = parts.hostname or "", parts.port or 0
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        msg = f"FAIRLEAD_METRICS_LISTEN: {listen} cannot be opened ({error.strerror}); choose another port"
        raise BadInput(msg) from None


def _alone(app: Flask, token: SecretStr | None) -> Any:  # noqa: ANN401 - a WSGI application
    registry: CollectorRegistry = app.extensions["metrics"]

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/metrics" or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"There is /metrics here.\n"]
        if token is not None and not _shown(token, environ.get("HTTP_AUTHORIZATION", "")):
            start("401 Unauthorized", [("WWW-Authenticate", 'Bearer realm="metrics"')])
            return [b"Send the token of FAIRLEAD_METRICS_TOKEN as a bearer token.\n"]
        start("200 OK", [("Content-Type", CONTENT_TYPE_PLAIN_0_0_4), ("Cache-Control", "no-store")])
        return [generate_latest(registry)]

    return answer


def _shown(token: SecretStr | None, header: str) -> bool:
    scheme, _, shown = header.partition(" ")
    wanted = token.get_secret_value().encode() if token else b""
    right = hmac.compare_digest(shown.strip().encode(errors="replace"), wanted)
    return bool(wanted) and scheme.lower() == "bearer" and right
