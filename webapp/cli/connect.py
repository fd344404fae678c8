"""``fairlead connect``: the way to a CRM's consent, which only an admin's browser can give."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import click
import requests

from audit.schema import BadInput
from connectors.errors import Busy
from webapp.crms import NAMES, connectable
from webapp.installation import installation
from webapp.services import Services
from webapp.store.rows import ConnectionRow, Crm

POLL_SECONDS = 1.0


@click.command("connect")
@click.argument("crm", type=click.Choice(["salesforce", "hubspot"]))
@click.option(
    "--wait",
    type=click.IntRange(min=0),
    default=600,
    show_default=True,
    help="Seconds to wait for the consent; 0 only prints the address.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(crm: Crm, wait: int, as_json: bool) -> None:
    """Print the address to open for connecting CRM, and wait until an admin has given consent there.

    The consent comes back to the running Fairlead, so that fairlead serve must be running.
    """
    with installation() as opened:
        address, began = _address(opened, crm), datetime.now(UTC)
        advice = f"Open {address} in a browser, sign in, and choose Connect {NAMES[crm]}."
        if wait:
            click.echo(advice, err=True)
        row = _consented(opened, crm, began, wait) if wait else None
        click.echo(_json(address, row) if as_json else _words(row, advice))


def _address(opened: Services, crm: Crm) -> str:
    if crm not in connectable(opened.settings):
        name = f"FAIRLEAD_{crm.upper()}_CLIENT_ID"
        msg = f"{NAMES[crm]} is not set up; set {name} and what belongs to it (docs/reference/settings.md)"
        raise BadInput(msg)
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
            return session.get(f"{url}/health/live", timeout=10, allow_redirects=False).ok
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
