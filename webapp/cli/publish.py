"""``fairlead publish``: write the flags of the newest audit back to the CRM."""

from __future__ import annotations

from dataclasses import asdict

import click

from webapp import jobs
from webapp.cli.each import Outcome, for_each, record_of, tell
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.writeback import told


@click.command("publish")
@click.argument("connection", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(connection: str | None, as_json: bool) -> None:
    """Write flags to CONNECTION (its id, its organisation, salesforce or hubspot); without it, to all."""
    tell(for_each(connection, _job), as_json=as_json)


def _job(opened: Services, row: ConnectionRow, progress: jobs.Progress) -> Outcome:
    receipt = jobs.publish(opened, row, progress)
    return Outcome(
        connection=row, text="\n  ".join(told(receipt)), record={**record_of(row), **asdict(receipt)}
    )
