"""``fairlead keys``: see, rotate and destroy the keys of the connected organisations."""

from __future__ import annotations

import base64
import json
import sys

import click

from audit.schema import BadInput
from connectors.sealed_parquet import pattern
from webapp import connecting
from webapp.cli.each import Outcome, for_each, record_of, tell
from webapp.crms import label
from webapp.installation import installation
from webapp.jobs import Progress
from webapp.key_rotation import rotate
from webapp.services import Services
from webapp.store.rows import CRMS, ConnectionRow
from webapp.viewmodels.keys import standing

# Who the audit trail names for what is done on the server itself.
HERE = "command line"
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")


@click.group("keys")
def command() -> None:
    """See, rotate or destroy the keys of the connected organisations (docs/how-to/change-keys.md)."""


@command.command("status")
@click.argument("crm", type=click.Choice(CRMS), required=False)
@click.argument("organisation", required=False)
@AS_JSON
def status(crm: str | None, organisation: str | None, as_json: bool) -> None:
    """Say which generation of each key is in force, since when, and which were destroyed when and by whom."""
    with installation(orderly=False) as opened:
        rows = [row for row in opened.repository.connections() if _is_meant(row, crm, organisation)]
        if crm is not None and not rows:
            raise BadInput(_unknown(crm, organisation))
        found = [(row, standing(opened.keys.rows(row.id))) for row in rows]
    if as_json:
        click.echo(json.dumps([{**record_of(row), **one.record} for row, one in found], indent=2))
        return
    for row, one in found:
        click.echo(f"{label(row)}: {one.sentence}")


@command.command("rotate")
@click.argument("crm", type=click.Choice(CRMS))
@click.argument("organisation", required=False)
@AS_JSON
def rotation(crm: str, organisation: str | None, as_json: bool) -> None:
    """Make a new key for an organisation of CRM and move everything on to it; the CRM is asked for nothing.

    A pull that was broken off is begun anew by the next sync. Panels answer meanwhile.
    """

    def job(opened: Services, row: ConnectionRow, progress: Progress) -> Outcome:
        number = rotate(opened, row, HERE, progress)
        record = {**record_of(row), "generation": number}
        return Outcome(connection=row, text=f"generation {number} of its key is in force.", record=record)

    tell(for_each(_one(crm, organisation).id, job), as_json=as_json)


@command.command("destroy")
@click.argument("crm", type=click.Choice(CRMS))
@click.argument("organisation", required=False)
@click.option("--yes", "typed", metavar="ORGANISATION", help="Confirm by the id of the organisation.")
@AS_JSON
def destruction(crm: str, organisation: str | None, typed: str | None, as_json: bool) -> None:
    """Destroy the key of an organisation of CRM and disconnect it: nobody can read its leads any more.

    This cannot be undone. The audits stay. It asks for the organisation's id, to be typed.
    """
    row = _one(crm, organisation, live=False)
    said = typed or click.prompt(f"Type {row.organisation} to destroy the key of {label(row)}", err=True)
    if said.strip() != row.organisation:
        msg = f"that is not {row.organisation}; nothing was destroyed"
        raise BadInput(msg)
    with installation(orderly=False) as opened:
        told = connecting.end(opened, row, HERE)
    click.echo(json.dumps({**record_of(row), "destroyed": True}) if as_json else told)


@command.command("duckdb")
@click.argument("crm", type=click.Choice(CRMS))
@click.argument("organisation", required=False)
def duckdb(crm: str, organisation: str | None) -> None:
    """Show how to read an organisation's leads with DuckDB, key and all. Only on a terminal, and recorded."""
    row = _one(crm, organisation)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        msg = "the key is shown on a terminal only, so that it lands in no file and no log"
        raise BadInput(msg)
    said = click.prompt(f"Whoever has this key reads every lead of {label(row)}. Type {row.organisation}")
    if said.strip() != row.organisation:
        msg = f"that is not {row.organisation}; the key was not shown"
        raise BadInput(msg)
    with installation() as opened:
        seal = opened.keys.held(row).seal
        files = pattern(opened.lake.folder, row.crm, row.organisation)
        opened.accounts.record(HERE, "key shown", row.id, f"generation {seal.generation}")
    key = base64.b64encode(seal.parquet_key).decode()
    click.echo(f"PRAGMA add_parquet_key('fairlead', '{key}');")
    reading = f"read_parquet('{files}', encryption_config = {{footer_key: 'fairlead'}})"
    click.echo(f"FROM {reading};")


def _is_meant(row: ConnectionRow, crm: str | None, organisation: str | None) -> bool:
    return crm in {None, row.crm} and organisation in {None, row.organisation, row.id}


def _one(crm: str, organisation: str | None, *, live: bool = True) -> ConnectionRow:
    """The one connection that is meant; of several, its organisation must be named."""
    with installation(orderly=False) as opened:
        found = [row for row in opened.repository.connections() if _is_meant(row, crm, organisation)]
        found = [row for row in found if row.state != "disconnected" or not live]
        held = [row for row in found if opened.keys.is_held(row.id)] if not live else found
    if len(held) == 1:
        return held[0]
    if held:
        names = ", ".join(one.organisation for one in held)
        msg = f"several organisations of {crm} are connected; name one of them: {names}"
        raise BadInput(msg)
    raise BadInput(_unknown(crm, organisation))


def _unknown(crm: str, organisation: str | None) -> str:
    what = f"{crm} {organisation}" if organisation else crm
    return f"no organisation of {what} has a key here; see fairlead keys status"
