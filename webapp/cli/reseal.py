"""``fairlead reseal``: encrypt the stored CRM tokens with the newest key."""

from __future__ import annotations

import json

import click

from webapp import access
from webapp.installation import installation


@click.command("reseal")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(as_json: bool) -> None:
    """Encrypt the stored CRM tokens with the first key of FAIRLEAD_ENCRYPTION_KEYS.

    After that, the other keys may be taken out of the setting. Jobs may run meanwhile.
    """
    with installation() as opened:
        moved = access.reseal(opened)
        total = len(opened.repository.connections())
    said = f"{moved} of {total} connections were moved to the newest key; the others have it already."
    click.echo(json.dumps({"moved": moved, "connections": total}) if as_json else said)
