"""``fairlead log``: verify the decision log, hand it to somebody else, say how long it is kept."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from audit.schema import BadInput
from connectors.decisions.checkpoint import Checkpoint, against, checkpoint_in
from connectors.decisions.export import Form, verify_export
from connectors.decisions.verify import Verified, read_chain, summed
from webapp import decisions
from webapp.cli.each import record_of
from webapp.cli.output import check_folder, write_whole
from webapp.crms import label
from webapp.decision_opening import place_of
from webapp.installation import chosen, installation, one_connection
from webapp.services import Services
from webapp.store.decision_logs import LEAST_DAYS
from webapp.store.rows import ConnectionRow

HERE = "somebody at the command line"
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
_path = click.Path(path_type=Path)


@click.group("log")
def command() -> None:
    """Verify the decision log, export it, or set how long it is kept."""


@command.command("verify")
@click.argument("where", required=False)
@click.argument("organisation", required=False)
@click.option(
    "--checkpoint",
    type=_path,
    help="A checkpoint.json that was exported earlier and kept elsewhere: finds a log that was cut off "
    "or written anew since.",
)
@click.option(
    "--contents", is_flag=True, help="Open every entry too, and hold it against the chain (slower)."
)
@AS_JSON
def check(
    where: str | None, organisation: str | None, checkpoint: Path | None, contents: bool, as_json: bool
) -> None:
    """Verify the logs of this installation, that of one CRM (and ORGANISATION), or an export.

    WHERE is salesforce, hubspot, an organisation, or the folder of an export; an export needs neither our
    database nor our keys. It finds what was changed, deleted, added, moved or cut off, and says where. Exit
    code 1: the log is broken.
    """
    point = None if checkpoint is None else _checkpoint(checkpoint)
    records: dict[str, dict[str, object]]
    if where is not None and Path(where).is_dir():
        found = {where: verify_export(Path(where), point)}
        records = {where: {"export": where}}
    else:
        with installation() as opened:
            rows = _of(point, _logs(opened, where, organisation))
            found = {label(row): _verified(opened, row, point, contents=contents) for row in rows}
            records = {label(row): record_of(row) for row in rows}
    if as_json:
        click.echo(json.dumps([{**records[name], **_plain(one)} for name, one in found.items()], indent=2))
    else:
        click.echo("\n".join(_told(name, one) for name, one in found.items()))
    click.get_current_context().exit(0 if all(one.sound for one in found.values()) else 1)


@command.command("export")
@click.argument("connection")
@click.option("--out", type=_path, required=True, help="The folder to write to.")
@click.option(
    "--format", "form", type=click.Choice(["csv", "jsonl", "parquet"]), default="csv", show_default=True
)
@AS_JSON
def export(connection: str, out: Path, form: Form, as_json: bool) -> None:
    """Export the log of CONNECTION: entries under pseudonyms, the chain, a signed checkpoint, the public key.

    Keep the checkpoint elsewhere: with it, `fairlead log verify --checkpoint` finds a log that was cut off.
    """
    check_folder(out)
    if others := [path.name for path in out.glob("entries.*") if path.name != f"entries.{form}"]:
        msg = f"{out} holds another export ({others[0]}); choose another folder for --out"
        raise BadInput(msg)
    with installation() as opened:
        row = one_connection(opened, connection)
        points = list[Checkpoint]()
        written = write_whole(
            out, lambda folder: points.append(decisions.export_log(opened, row, folder, form))
        )
        opened.accounts.record(HERE, "decision log exported", row.id, f"{points[0].entries} entries")
    told = {**record_of(row), "out": str(out), "files": list(written), "checkpoint": asdict(points[0])}
    sentence = f"{label(row)}: {points[0].entries:,} entries were logged; {len(written)} files are in {out}"
    click.echo(json.dumps(told, indent=2) if as_json else sentence)


@command.command("keep")
@click.argument("connection")
@click.argument("days", type=click.IntRange(min=LEAST_DAYS))
def keep(connection: str, days: int) -> None:
    """Keep the entries of CONNECTION for DAYS; older ones are dropped at the next syncs, and that is logged.

    Usual are 730 days. Article 26(6) of the AI Act asks deployers of high-risk systems for six months.
    """
    with installation() as opened:
        for row in chosen(opened, connection):
            opened.decision_logs.set_keep(row.id, days)
            opened.accounts.record(HERE, "decision log kept", row.id, f"{days} days")
            click.echo(f"{label(row)}: its decisions are kept for {days:,} days")


def _logs(opened: Services, where: str | None, organisation: str | None) -> list[ConnectionRow]:
    """The connections that a log is kept of, disconnected ones too."""
    rows = [row for row in opened.repository.connections() if place_of(opened, row).exists()]
    if where is not None:
        rows = [row for row in rows if where in {row.id, row.organisation, row.crm}]
    rows = [row for row in rows if organisation in {None, row.organisation}]
    if not rows:
        named = f" of '{organisation or where}'" if where else ""
        msg = f"there is no decision log{named} here, and no such folder; fairlead sync begins one"
        raise BadInput(msg)
    return rows


def _of(point: Checkpoint | None, rows: list[ConnectionRow]) -> list[ConnectionRow]:
    """The connections that a checkpoint speaks of."""
    if point is None:
        return rows
    found = [row for row in rows if (row.crm, row.organisation) == (point.source, point.organisation)]
    if not found:
        msg = "the checkpoint is of another organisation than the logs here"
        raise BadInput(msg)
    return found


def _verified(opened: Services, row: ConnectionRow, point: Checkpoint | None, *, contents: bool) -> Verified:
    found = decisions.check(opened, row, contents=contents)
    if point is None:
        return found
    records, _ = read_chain(place_of(opened, row), point.public_key)
    return summed(records, (*found.faults, *against(point, records)))


def _checkpoint(path: Path) -> Checkpoint:
    try:
        return checkpoint_in(path.read_text())
    except (OSError, UnicodeDecodeError):
        msg = f"{path}: the checkpoint cannot be read; name a checkpoint.json that was exported"
        raise BadInput(msg) from None


def _plain(found: Verified) -> dict[str, object]:
    faults = [{**asdict(one), "sentence": one.sentence} for one in found.faults]
    return {"sound": found.sound, **asdict(found), "faults": faults}


def _told(name: str, found: Verified) -> str:
    counts = (
        f"{found.entries:,} entries in {found.records:,} lines, {found.erased:,} of them erased, "
        f"{found.dropped:,} dropped"
    )
    if found.sound:
        return f"{name}: sound. {counts}; last line {found.last_at}"
    return "\n".join([f"{name}: BROKEN. {counts}", *(f"  {fault.sentence}" for fault in found.faults)])
