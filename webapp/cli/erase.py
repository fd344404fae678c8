"""``fairlead erase``: erase one lead here, and keep it out."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from audit.schema import BadInput
from webapp.cli.each import record_of
from webapp.cli.record_id import WHO, kind_option, typed_id
from webapp.installation import installation, one_connection
from webapp.rights import erasing
from webapp.viewmodels.privacy import erased_words


@click.command("erase")
@click.argument("connection")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant; needed where nobody can answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@kind_option
def command(connection: str, yes: bool, as_json: bool, kind: str) -> None:
    """Erase one lead of CONNECTION (its id, its organisation, salesforce or hubspot) for good.

    The record id is asked for, or read as one line from standard input. It is no argument, so that it
    stands in no history. The record in the CRM is not touched. What is read of a lead of HubSpot's Leads
    object is held with its primary contact.
    """
    with installation() as opened:
        row = one_connection(opened, connection)
        text = typed_id(row)
        erasing.lead_typed(opened, row, text, kind=kind)
        if not yes and not click.confirm("Erase this lead for good?", err=True):
            msg = "nothing was erased"
            raise BadInput(msg)
        done = erasing.erase_typed(opened, row, text, WHO, kind)
    click.echo(json.dumps({**record_of(row), **asdict(done)}, indent=2) if as_json else erased_words(done))
