"""What the demo prints at the end: leads by fate, findings by severity, the worst finding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from audit.finding import SEVERITIES
from connectors.source import Receipt
from webapp.crms import NAMES
from webapp.store.rows import AuditRow, Crm


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One CRM's part of the demo."""

    crm: Crm
    audit: AuditRow
    receipt: Receipt


def as_json(outcomes: tuple[Outcome, ...]) -> str:
    """The summary for programs."""
    return json.dumps({outcome.crm: _record(outcome) for outcome in outcomes}, indent=2)


def show(note: str, outcomes: tuple[Outcome, ...]) -> None:
    """Print the summary for people. ``note`` says where the leads came from."""
    console = Console()
    table = Table(box=SIMPLE_HEAD, title=note, title_justify="left")
    table.add_column("")
    for outcome in outcomes:
        table.add_column(NAMES[outcome.crm], justify="right")
    for label, cells in _lines(outcomes):
        table.add_row(label, *cells)
    console.print(table)
    for outcome in outcomes:
        for code, count in sorted(outcome.receipt.failed.items()):
            click.echo(f"{count:,} flags were not taken by {NAMES[outcome.crm]}: it refused them ({code}).\n")
    for outcome in outcomes:
        told = outcome.audit.worst or "nothing to report"
        click.echo(f"{_leading(outcome)} in {NAMES[outcome.crm]}: {told}\n")


def _leading(outcome: Outcome) -> str:
    """What is for information only is no worst finding."""
    severe = any(outcome.audit.severities.get(severity) for severity in SEVERITIES if severity != "info")
    return "Worst finding" if severe else "Result"


def _lines(outcomes: tuple[Outcome, ...]) -> list[tuple[str, list[str]]]:
    pulled = [outcome.audit.pulled for outcome in outcomes]
    lines = [
        ("Leads pulled", [_count(one.read) for one in pulled]),
        ("  kept", [_count(one.kept) for one in pulled]),
        ("  rejected", [_reasons(one.rejected) for one in pulled]),
        ("  excluded", [_reasons(one.excluded) for one in pulled]),
        ("Flags written back", [_count(outcome.receipt.written) for outcome in outcomes]),
        ("  cleared of an earlier flag", [_count(outcome.receipt.cleared) for outcome in outcomes]),
        ("  converted, read-only there", [_count(outcome.receipt.converted) for outcome in outcomes]),
        ("  not taken by the CRM", [_count(sum(outcome.receipt.failed.values())) for outcome in outcomes]),
    ]
    for severity in reversed(SEVERITIES):
        counts = [_count(outcome.audit.severities.get(severity, 0)) for outcome in outcomes]
        lines.append((f"Findings: {severity}", counts))
    return lines


def _count(number: int) -> str:
    return f"{number:,}"


def _reasons(counts: Mapping[str, int]) -> str:
    total = _count(sum(counts.values()))
    if not counts:
        return total
    return total + "\n" + "\n".join(f"{reason}: {count:,}" for reason, count in sorted(counts.items()))


def _record(outcome: Outcome) -> dict[str, object]:
    return {
        "leads": asdict(outcome.audit.pulled),
        "findings": dict(outcome.audit.severities),
        "worst": outcome.audit.worst,
        "written_back": asdict(outcome.receipt),
    }
