"""``fairlead serve``: the web pages and the CRMs' endpoints."""

from __future__ import annotations

import json
import logging
import signal
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import click
from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import loop

from audit.schema import BadInput
from webapp.app import LARGEST_REQUEST, app_over
from webapp.defects import log_plainly
from webapp.first_run import code_file, setup_code
from webapp.installation import installation
from webapp.services import Services
from webapp.watching.door import serve_apart

# More threads answer no more requests a second: they take turns, and each request waits longer.
THREADS = 4
LOOK_SECONDS = 0.5


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port to listen on."
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="From which level on lines are logged; no level logs a lead's values.",
)
@click.option(
    "--worker/--no-worker",
    default=True,
    show_default=True,
    help="Do jobs in this process too; --no-worker where fairlead worker runs.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as JSON.")
def command(host: str, port: int, log_level: str, *, worker: bool, as_json: bool) -> None:
    """Serve Fairlead. At the first start it prints the code that makes the first account."""
    log_plainly(log_level)
    # A line for each request that waits for a thread would flood the log just when there is much to do.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    told: list[int] = []
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda number, _frame: told.append(number))
    with installation() as opened:
        app, sockets = app_over(opened), dict[int, Any]()
        server = _server(app, (host, port), sockets, proxies=opened.settings.trusted_proxies)
        serve_apart(app, opened)
        facts = _facts(app, opened, f"http://{host}:{server.effective_port}")
        click.echo(json.dumps(facts) if as_json else _words(opened, facts))
        with _worker(opened) if worker else nullcontext():
            try:
                _run(sockets, told)
            finally:
                server.task_dispatcher.shutdown()
                server.close()


def _run(sockets: dict[int, Any], told: list[int]) -> None:
    """Answer until a signal told to stop.

    A signal that raised could do so where Python ignores what is raised (in a callback of its garbage
    collection), and we would run for ever.
    """
    while not told:
        loop(timeout=LOOK_SECONDS, use_poll=True, map=sockets, count=1)


def _worker(opened: Services) -> AbstractContextManager[None]:
    from webapp.work.worker import beside  # noqa: PLC0415 - where no worker is wished, nothing of it is loaded

    return beside(opened)


def _server(app: Flask, at: tuple[str, int], sockets: dict[int, Any], *, proxies: int) -> Any:  # noqa: ANN401 - waitress has no types
    host, port = at
    try:
        return create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=THREADS,
            ident="",
            # Who may be believed about the client is decided in one place: webapp.app.
            clear_untrusted_proxy_headers=not proxies,
            # waitress keeps a body before the application sees its length: by default up to 1 GB.
            max_request_body_size=2 * LARGEST_REQUEST,
        )
    except OSError as error:
        msg = f"port {port} of {host} cannot be opened ({error.strerror}); choose another one with --port"
        raise BadInput(msg) from None
    except ValueError:
        msg = f"{host} is no address of this machine; choose another one with --host"
        raise BadInput(msg) from None


def _facts(app: Flask, opened: Services, listening: str) -> dict[str, str | None]:
    """The addresses; without a public address in the settings, it is where we listen."""
    settings = opened.settings
    if "public_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"public_url": listening})
        app.extensions["fairlead"] = replace(opened, settings=settings)
    code = None if opened.accounts.any_admin() else setup_code(settings)
    return {"url": settings.public_url, "listening": listening, "setup_code": code}


def _words(opened: Services, facts: dict[str, str | None]) -> str:
    lines = [f"Fairlead is at {facts['url']} (listening on {facts['listening']}). Stop it with Ctrl+C."]
    if facts["setup_code"]:
        lines.append(f"There is no administrator yet. Make one with this code: {facts['setup_code']}")
        lines.append(f"The page for it is {facts['url']}/setup.")
        lines.append(f"It is also in {code_file(opened.settings)} until then.")
    return "\n".join(lines)
