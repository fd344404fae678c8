"""``fairlead audit``: a file and its stream in, ``audit.json``, ``report.html`` and ``metrics.csv`` out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from audit.finding import SEVERITIES, Severity
from audit.report.write import write_outputs
from audit.run import AuditRequest, audit
from audit.schema import BadInput
from connectors.files.fingerprint import held_still
from webapp.cli.account import admit_file
from webapp.cli.audit_summary import Summary, failing, summary_json, summary_text
from webapp.cli.output import check_folder, write_whole
from webapp.cli.papers import Papers, paper_options, papers
from webapp.cli.partly_read import read_partly
from webapp.cli.toml_file import read_toml
from webapp.progress import Progress

ENGINES = ("auto", "arrow", "duckdb", "spark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    file: Path
    stream: Path
    out: Path
    engine: str
    seed: int
    fail_on: Severity | None
    json: bool
    papers: Papers


_path = click.Path(path_type=Path)


@click.command("audit")
@click.argument("file", type=_path)
@click.option("--stream", type=_path, required=True, help="The stream file: which column plays which role.")
@click.option("--out", type=_path, required=True, help="The folder for the results; made if it is not there.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    help="What counts the rows; all give the same figures. spark is not part of this version.",
    show_default=True,
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    help="The same seed gives the same bytes.",
    show_default=True,
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 at a failed finding of this severity or above.",
)
@paper_options
@click.option("--json", is_flag=True, help="Print the summary as JSON.")
def command(**options: Any) -> None:  # noqa: ANN401 - click's options
    """Audit the scores in FILE (CSV, Excel or Parquet) and write the report to --out.

    FILE may be packed with gzip; its delimiter and encoding are found out.
    """
    asked = Options(papers=papers(options), **options)
    summary = _run(asked)
    click.echo(summary_json(summary) if asked.json else summary_text(summary))
    if asked.fail_on is not None and failing(summary.report, asked.fail_on):
        click.get_current_context().exit(1)


def _run(asked: Options) -> Summary:
    if asked.engine == "spark":
        msg = "this installation has no Spark engine; use --engine auto, arrow or duckdb"
        raise BadInput(msg)
    described = read_toml(asked.stream, "stream")
    stream = described.stream()
    check_folder(asked.out)
    wanted = asked.papers.wanted()
    with Progress() as progress:
        # What was read partly is read again while the rows are checked.
        with held_still(asked.file) as digest:
            with progress.step(f"Reading {asked.file.name}"):
                file, partly = read_partly(asked.file, stream, asked.seed)
            with progress.step("Checking the rows"):
                intake = admit_file(file, stream, asked.file.name, partly)
                file = file.without_values()
        request = AuditRequest(
            seed=asked.seed, engine=asked.engine, stream_digest=described.digest, data_digest=digest
        )
        with progress.step("Auditing"):
            report = audit(intake, stream, request)
        with progress.step("Writing the report"):
            written = write_whole(asked.out, partial(write_outputs, report, wanted))
    return Summary(report=report, file=file, name=asked.file.name, out=asked.out, written=written)
