"""``fairlead dossier``: what is held of one lead, as data."""

from __future__ import annotations

import click

from webapp.cli.record_id import WHO, kind_option, typed_id
from webapp.installation import installation, one_connection
from webapp.rights import dossier, erasing


@click.command("dossier")
@click.argument("connection")
@kind_option
def command(connection: str, kind: str) -> None:
    """Print as JSON what is held of one lead of CONNECTION (its id, its organisation, or its CRM).

    The record id is asked for, or read as one line from standard input. The same as a page to print is made
    on the privacy page of the connection. Nothing of it is kept.
    """
    with installation() as opened:
        row = one_connection(opened, connection)
        lead = erasing.lead_typed(opened, row, typed_id(row), kind=kind)
        made = dossier.to_json(dossier.dossier(opened, row, lead, WHO))
    click.echo(made, nl=False)
