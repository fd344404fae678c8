"""``fairlead federate merge``: releases of several organisations in, one joint audit out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from audit.federation import Handed, Joint, admitted, joint, trusted
from audit.finding import SEVERITIES, Severity
from audit.finding.overview import by_severity, worst
from audit.finding.words import count
from audit.report.federation import write
from audit.report.federation.summary import headline, party_words, told_open
from audit.report.printable import printable
from audit.schema import BadInput
from webapp.cli.output import check_folder, write_whole
from webapp.progress import Progress

_path = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    files: tuple[Path, ...]
    out: Path
    keys: tuple[str, ...]
    special: tuple[str, ...]
    fail_on: Severity | None
    json: bool


@click.command("merge", short_help="Audit several organisations together by their releases.")
@click.argument("files", nargs=-1, required=True, type=_path)
@click.option("--out", type=_path, required=True, help="The folder for the results; made if it is not there.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    required=True,
    metavar="NAME=KEY",
    help="An organisation's public key, as fairlead federate key told it there, with NAME= before it; "
    "once for each organisation.",
)
@click.option(
    "--special-category",
    "special",
    multiple=True,
    metavar="ATTRIBUTE",
    help="An attribute that is a special category of personal data; releases do not tell. May be given "
    "several times.",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 at a failed finding of this severity or above.",
)
@click.option("--json", is_flag=True, help="Print the summary as JSON.")
def merge(**options: object) -> None:
    """Audit the leads of several organisations together, by the release.json of each (FILES).

    Writes federated.json and federated.html to --out. Every file must be signed by a key that you name. It
    needs no installation and no network, and no lead.
    """
    asked = Options(**options)  # type: ignore[arg-type]
    check_folder(asked.out)
    keys = trusted(asked.keys)
    with Progress() as progress:
        with progress.step("Checking the releases"):
            parties = admitted([Handed(file=str(file), data=_bytes_of(file)) for file in asked.files], keys)
        with progress.step("Auditing them together"):
            made = joint(parties, asked.special)
        with progress.step("Writing the report"):
            written = write_whole(asked.out, partial(write, made))
    click.echo(_as_json(made, asked, written) if asked.json else _as_text(made, asked, written))
    if asked.fail_on is not None and _failing(made, asked.fail_on):
        click.get_current_context().exit(1)


def _failing(made: Joint, severity: Severity) -> bool:
    counted = SEVERITIES[SEVERITIES.index(severity) :]
    return any(one.verdict == "fail" and one.severity in counted for one in made.findings)


def _as_text(made: Joint, asked: Options, written: tuple[str, ...]) -> str:
    found = ", ".join(f"{n} {name}" for name, n in by_severity(made.findings).items() if n)
    left = told_open(made)
    lines = [
        f"{made.stream.name}: {count(len(made.parties), 'organisation')} together",
        *(f"  {one.name}: {party_words(one)}" for one in made.parties),
        f"Findings: {found or 'none'}",
        headline(made),
        *([f"Cannot be told: {left[0]:,} of {left[1]:,} main comparisons."] if left else []),
        *(f"Note: {one.text}" for one in made.disagreements),
        *(f"Warning: {one.text}" for one in made.cautions),
        f"Written to {asked.out}: {', '.join(written)}",
    ]
    return printable("\n".join(lines))


def _as_json(made: Joint, asked: Options, written: tuple[str, ...]) -> str:
    leading = worst(made.findings)
    record = {
        "stream": made.stream.name,
        "organisations": [one.name for one in made.parties],
        "findings": by_severity(made.findings),
        "worst": leading
        and {
            "id": leading.id,
            "severity": leading.severity,
            "verdict": leading.verdict,
            "headline": leading.headline,
        },
        "verdict": headline(made),
        "disagreements": [{"way": one.way, "text": one.text} for one in made.disagreements],
        "warnings": [{"code": one.code, "text": one.text} for one in made.cautions],
        "out": str(asked.out),
        "files": list(written),
    }
    return json.dumps(record, indent=2, ensure_ascii=False)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror}): name the release.json that you were handed"
        raise BadInput(message) from None
