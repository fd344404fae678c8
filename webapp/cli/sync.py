"""``fairlead sync``: pull the leads of a connection, audit them, store the verdict."""

from __future__ import annotations

from dataclasses import asdict

import click

from audit.finding import SEVERITIES
from connectors.synced import Synced
from webapp import jobs
from webapp.cli.each import Outcome, for_each, record_of, tell
from webapp.services import Services
from webapp.store.rows import AuditRow, ConnectionRow
from webapp.viewmodels.synced import sentences


@click.command("sync")
@click.argument("connection", required=False)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    help="The same seed gives the same bytes.",
    show_default=True,
)
@click.option(
    "--full", "wanted", flag_value="full", help="Read every lead, also where what changed would be enough."
)
@click.option(
    "--compare",
    "wanted",
    flag_value="reconcile",
    help="Read what changed, and compare every lead with the CRM (by itself once a week).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(connection: str | None, seed: int, wanted: jobs.Wanted | None, as_json: bool) -> None:
    """Pull and audit CONNECTION (its id, its organisation, salesforce or hubspot); without it, all."""

    def job(opened: Services, row: ConnectionRow, progress: jobs.Progress) -> Outcome:
        audit = jobs.sync(opened, row, progress, seed, wanted or "")
        done = opened.syncs.latest(row.id)
        text = "\n  ".join([_text(audit), *(sentences(done.synced) if done else ())])
        record = {**record_of(row), **_record(audit), "sync": _plain(done.synced) if done else None}
        return Outcome(connection=row, text=text, record=record)

    tell(for_each(connection, job), as_json=as_json)


def _plain(synced: Synced) -> dict[str, object]:
    return {name: value for name, value in asdict(synced).items() if name != "gone"}


def _text(audit: AuditRow) -> str:
    pulled = audit.pulled
    rejected, excluded = sum(pulled.rejected.values()), sum(pulled.excluded.values())
    counts = [f"{audit.severities[one]} {one}" for one in reversed(SEVERITIES) if audit.severities.get(one)]
    return "\n  ".join(
        [
            f"audit {audit.id}",
            f"{pulled.read:,} leads = {pulled.kept:,} kept + {rejected:,} rejected + {excluded:,} excluded",
            f"findings: {', '.join(counts) or 'none'}",
            *([f"worst: {audit.worst}"] if audit.worst else []),
        ]
    )


def _record(audit: AuditRow) -> dict[str, object]:
    pulled = audit.pulled
    return {
        "audit": audit.id,
        "read": pulled.read,
        "kept": pulled.kept,
        "rejected": dict(pulled.rejected),
        "excluded": dict(pulled.excluded),
        "unmapped": dict(pulled.unmapped),
        "findings": dict(audit.severities),
        "worst": audit.worst,
    }
