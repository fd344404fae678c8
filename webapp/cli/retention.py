"""``fairlead retention``: let leads go by age, and check the certificates of what was deleted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

import click

from audit.schema import BadInput
from webapp.cli.each import Outcome, for_each, record_of, tell
from webapp.cli.record_id import WHO, kind_option, typed_id
from webapp.crms import label
from webapp.installation import installation, one_connection
from webapp.jobs import Progress, expire
from webapp.rights import certain_time, erasing, proofs, retention
from webapp.rights.proofs import Checked
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.privacy import certificate


@click.group("retention")
def command() -> None:
    """Let leads go by age, and prove what was deleted."""


@command.command("set")
@click.argument("connection")
@click.argument("months", required=False, default="")
def set_rule(connection: str, months: str) -> None:
    """Let the leads of CONNECTION go so many MONTHS after they were created; without MONTHS they stay."""
    with installation() as opened:
        row = one_connection(opened, connection)
        found = retention.set_rule(opened, row, months, WHO)
    click.echo("Leads stay." if found is None else f"Leads go {found} months after they were created.")


@command.command("run")
@click.argument("connection", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def run(connection: str | None, as_json: bool) -> None:
    """Delete now what is too old of CONNECTION; without it, of all. Every sync does the same."""
    tell(for_each(connection, _run), as_json=as_json)


@command.command("believe-clock")
def believe_clock() -> None:
    """Say that the clock of this server is right, after it jumped or nothing ran for long.

    Until then nothing is deleted for its age but what was too old when the last job ran.
    """
    with installation() as opened:
        now = certain_time.believe(opened, WHO)
    click.echo(f"Ages count up to {now:%Y-%m-%d} from now on.")


@command.command("verify")
@click.argument("connection")
@click.option("--lead", is_flag=True, help="Ask for a record id, and show only what that lead is in.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@kind_option
def verify(connection: str, lead: bool, as_json: bool, kind: str) -> None:
    """Check the certificates of CONNECTION: signatures, marks, and that none is missing between others."""
    with installation() as opened:
        row = one_connection(opened, connection)
        checked = proofs.check(opened, proofs.privacy(opened).proofs(row.id))
        if lead:
            checked = _naming(opened, row, checked, kind)
    if as_json:
        click.echo(json.dumps([_record(one) for one in checked], indent=2))
    else:
        click.echo("\n".join(_line(one) for one in checked) or f"{label(row)}: no certificate.")
    if any(one.trouble for one in checked):
        msg = "a certificate does not hold; its line says why"
        raise BadInput(msg)


def _run(opened: Services, row: ConnectionRow, progress: Progress) -> Outcome:
    applied = expire(opened, row, progress)
    record = {**record_of(row), "leads": applied.leads if applied else None}
    if applied is None:
        return Outcome(connection=row, text="no retention is set; leads stay", record=record)
    text = f"{applied.leads:,} leads from before {applied.before} deleted. {applied.doubt}".rstrip(". ")
    return Outcome(connection=row, text=text, record={**record, "before": str(applied.before)})


def _naming(
    opened: Services, row: ConnectionRow, checked: Sequence[Checked], kind: str
) -> tuple[Checked, ...]:
    text = typed_id(row)
    erasing.lead_typed(opened, row, text, kind=kind)
    under = partial(erasing.lead_typed, opened, row, text, kind=kind)
    named = proofs.naming(opened, row, under, [one.proof for one in checked])
    return tuple(one for one in checked if one.proof in named)


def _line(one: Checked) -> str:
    shown = certificate(one)
    days = f", created {shown.days}" if shown.days else ""
    return f"{shown.id}  {shown.made_at}  {shown.why}: {shown.leads}{days}. {shown.state}."


def _record(one: Checked) -> dict[str, object]:
    told = dict(proofs.told_in(one.proof))
    return {**told, "trouble": one.trouble, "signed_with_the_key_in_force": one.ours}
