"""``fairlead check``: does the access to the CRMs still work; and keep it from lapsing."""

from __future__ import annotations

import click

from connectors.errors import ConnectorError
from webapp import access
from webapp.cli import REFUSED
from webapp.cli.each import Outcome, for_each, record_of, tell
from webapp.jobs import Progress
from webapp.services import Services
from webapp.store.rows import ConnectionRow


@click.command("check")
@click.argument("connection", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(connection: str | None, as_json: bool) -> None:
    """Renew the access to CONNECTION (its id, its organisation, salesforce or hubspot); without it, to all.

    Run it every week, for instance from cron: a CRM may end an access that nobody used for 30 days.
    """
    tell(for_each(connection, _job), as_json=as_json)


def _job(opened: Services, row: ConnectionRow, progress: Progress) -> Outcome:
    progress("Checking the access", 0, None)
    try:
        found, code = access.check(opened, row), 0
    except ConnectorError:
        found, code = access.told(opened, row), REFUSED
    leads = "" if found.leads is None else f"The connected user sees {found.leads:,} leads."
    text = " ".join(
        part for part in (f"{found.words}.", found.note, found.mend, leads, *found.lacking) if part
    )
    record = {**record_of(row), "state": found.connection.state, "note": found.note, "mend": found.mend}
    record["leads"], record["lacking"] = found.leads, list(found.lacking)
    return Outcome(connection=row, text=text, record=record, exit_code=code)
