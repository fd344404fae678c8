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

    After that, the other keys may be taken out of the setting. Jobs may run meanwhile. Where the master
    key was changed (FAIRLEAD_MASTER_KEY_PREVIOUS is set), the keys of the organisations are wrapped with
    the new one too, and the old one may be taken out.
    """
    with installation() as opened:
        done = access.reseal(opened)
        total = len(opened.repository.connections())
        idle = opened.settings.master_key_previous is not None and not (done.tokens or done.keys)
    said = f"{done.tokens} of {total} connections were moved to the newest key; the others have it already."
    if done.keys:
        said += f" The keys of {done.keys} organisations are wrapped with the master key of today."
    if idle:
        said += " FAIRLEAD_MASTER_KEY_PREVIOUS opened nothing that is left: take it out."
    record = {"moved": done.tokens, "connections": total, "keys": done.keys}
    click.echo(json.dumps(record) if as_json else said)
