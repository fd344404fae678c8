"""``fairlead connect``: by an admin's browser, or by this server itself."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import requests

from audit.schema import BadInput
from connectors.errors import Busy, Refused
from webapp import connecting
from webapp.connecting import NotConnected
from webapp.crms import NAMES, connectable
from webapp.installation import installation
from webapp.services import Services
from webapp.store.rows import ConnectionRow, Crm
from webapp.ways import SERVER_FLOWS

if TYPE_CHECKING:
    from connectors.salesforce.server_flows import ServerFlow

POLL_SECONDS = 1.0
# Who the audit trail names for what is done on the server itself.
HERE = "command line"


@click.command("connect")
@click.argument("crm", type=click.Choice(["salesforce", "hubspot"]))
@click.option(
    "--flow",
    type=click.Choice(["web", *(name.replace("_", "-") for name in SERVER_FLOWS)]),
    default="web",
    show_default=True,
    help="How Salesforce is connected: web, an admin signs in with a browser; jwt, with the certificate of "
    "the settings; client-credentials, as the app's run-as user.",
)
@click.option(
    "--wait",
    type=click.IntRange(min=0),
    default=600,
    show_default=True,
    help="Seconds to wait for the consent; 0 only prints the address.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(crm: Crm, flow: str, wait: int, as_json: bool) -> None:
    """Connect CRM: print the address to open, and wait until an admin has given consent there.

    The consent comes back to the running Fairlead, so that fairlead serve must be running. With --flow jwt
    or client-credentials no browser is needed and nothing must run: the connection is made at once.
    """
    server_flow = SERVER_FLOWS.get(flow.replace("-", "_"))
    with installation() as opened:
        if server_flow is not None:
            row: ConnectionRow | None = _direct(opened, crm, server_flow)
            click.echo(_json("", row) if as_json else _words(row, ""))
            return
        address, began = _address(opened, crm), datetime.now(UTC)
        advice = f"Open {address} in a browser, sign in, and choose Connect {NAMES[crm]}."
        if wait:
            click.echo(advice, err=True)
        row = _consented(opened, crm, began, wait) if wait else None
        click.echo(_json(address, row) if as_json else _words(row, advice))


def _direct(opened: Services, crm: Crm, flow: ServerFlow) -> ConnectionRow:
    _refuse_absent(opened, crm)
    try:
        return connecting.direct(opened, crm, flow, HERE)
    except NotConnected as error:
        raise Refused(str(error)) from None


def _refuse_absent(opened: Services, crm: Crm) -> None:
    if crm not in connectable(opened.settings):
        name = f"FAIRLEAD_{crm.upper()}_CLIENT_ID"
        msg = f"{NAMES[crm]} is not set up; set {name} and what belongs to it (docs/reference/settings.md)"
        raise BadInput(msg)


def _address(opened: Services, crm: Crm) -> str:
    _refuse_absent(opened, crm)
    if not _running(opened.settings.public_url):
        msg = (
            f"Fairlead does not answer at {opened.settings.public_url}; start it with fairlead serve, "
            "or set FAIRLEAD_PUBLIC_URL to the address where it runs"
        )
        raise BadInput(msg)
    return f"{opened.settings.public_url}/connections"


def _running(url: str) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(f"{url}/healthz", timeout=10, allow_redirects=False).ok
        except requests.exceptions.SSLError:
            return True  # it answers, under a certificate that only the browser knows
        except requests.RequestException:
            return False


def _consented(opened: Services, crm: Crm, began: datetime, seconds: int) -> ConnectionRow:
    """The connection that is made or renewed after ``began``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for row in opened.repository.connections():
            if row.crm == crm and row.state == "connected" and row.changed_at >= began:
                return row
        time.sleep(POLL_SECONDS)
    msg = f"no consent came within {seconds} seconds; run fairlead connect {crm} again"
    raise Busy(msg, retry_after=0)


def _json(address: str, row: ConnectionRow | None) -> str:
    made = row and {"connection": row.id, "crm": row.crm, "organisation": row.organisation}
    return json.dumps({"address": address, "connected": made})


def _words(row: ConnectionRow | None, advice: str) -> str:
    return f"{NAMES[row.crm]} {row.organisation} is connected." if row else advice
