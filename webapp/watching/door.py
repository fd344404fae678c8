"""``/metrics``: beside the pages for who has its token, or on a port of its own. Off where neither is set."""

from __future__ import annotations

import hmac
import socket
import threading
from contextlib import suppress
from typing import Any
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
    """The figures, for who shows the token where one is set."""
    token = current_app.extensions["fairlead"].settings.metrics_token
    if token is not None and not _shown(token, request.headers.get("Authorization", "")):
        refused = Response("Send the token of FAIRLEAD_METRICS_TOKEN as a bearer token.\n", 401)
        refused.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        refused.mimetype = "text/plain"
        return refused
    figures = generate_latest(current_app.extensions["metrics"])
    return Response(figures, content_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


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
        _alone(app),
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


def _alone(app: Flask) -> Flask:
    """Nothing but the figures of an application."""
    alone = Flask("metrics", static_folder=None)
    alone.extensions |= {name: app.extensions[name] for name in ("fairlead", "metrics")}
    alone.register_blueprint(blueprint)
    return alone


def _shown(token: SecretStr, header: str) -> bool:
    scheme, _, shown = header.partition(" ")
    wanted = token.get_secret_value().encode()
    return scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(errors="replace"), wanted)
