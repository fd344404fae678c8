"""``fairlead mitigate``: a file and its stream in, ``mitigation.json`` and ``mitigation.html`` out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from audit.report.mitigation import MitigationReport, write
from audit.report.mitigation.summary import summary
from audit.report.model import VERSION
from audit.report.printable import printable
from audit.rows.mitigation import Request, laboratory
from audit.rows.mitigation.laboratory import Begin
from audit.rows.mitigation.model import AIMS, FAMILIES, Aim, Family
from audit.rows.mitigation.valuing import with_value
from webapp.cli.admitted import admitted
from webapp.cli.output import check_folder, write_whole
from webapp.cli.own_pipeline import brought, pipeline_options, told
from webapp.cli.steps import shown
from webapp.cli.toml_file import read_toml
from webapp.jobs import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    file: Path
    stream: Path
    out: Path
    seed: int
    attribute: str | None
    aim: Aim
    calls: int | None
    calls_per_day: int | None
    legal_mode: bool
    value: str | None
    call_minutes: float | None
    family: tuple[Family, ...]
    pipeline: Path | None
    trust: tuple[str, ...]
    json: bool

    def request(self) -> Request:
        """What the laboratory is asked."""
        return Request(
            seed=self.seed,
            attribute=self.attribute,
            aim=self.aim,
            calls=self.calls,
            calls_per_day=self.calls_per_day,
            legal=self.legal_mode,
            value=self.value,
            minutes=self.call_minutes,
            families=self.family or FAMILIES,
        )


_path = click.Path(path_type=Path)


@click.command("mitigate")
@click.argument("file", type=_path)
@click.option("--stream", type=_path, required=True, help="The stream file: which column plays which role.")
@click.option("--out", type=_path, required=True, help="The folder for the results; made if it is not there.")
@click.option("--attribute", help="The attribute whose gap to mend. Default: the one with the surest gap.")
@click.option(
    "--aim",
    type=click.Choice(AIMS),
    default=AIMS[0],
    help="Which gap to mend: shares called, shares called of good leads, or both at equal outcome.",
    show_default=True,
)
@click.option("--calls", type=click.IntRange(min=1), help="How many of these leads the team can call.")
@click.option(
    "--calls-per-day",
    type=click.IntRange(min=1),
    help="How many of each creation day's leads the team can call; needs created in the stream.",
)
@click.option(
    "--legal-mode",
    is_flag=True,
    help="Hide every remedy that needs a new lead's group when it is decided on.",
)
@click.option("--value", help="The column of what a good outcome is worth (an amount); never learned from.")
@click.option(
    "--call-minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="How long a call takes; with --value the report tells the value per call hour.",
)
@click.option(
    "--family",
    type=click.Choice(FAMILIES),
    multiple=True,
    help="Try only remedies of this family; may be given several times. Default: all.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    help="The same seed gives the same bytes.",
    show_default=True,
)
@pipeline_options
@click.option("--json", is_flag=True, help="Print the summary as JSON.")
def command(**options: object) -> None:
    """Try remedies for a gap in the scores of FILE, each on leads that it did not learn from.

    Writes mitigation.json and mitigation.html to --out. FILE is a CSV, Excel or Parquet file. With --pipeline
    your own model is trained in each remedy that trains one.
    """
    asked = Options(**options)  # type: ignore[arg-type]
    if asked.calls is not None and asked.calls_per_day is not None:
        msg = "--calls and --calls-per-day exclude each other; give one of them"
        raise click.UsageError(msg)
    if asked.call_minutes is not None and asked.value is None:
        msg = "--call-minutes is about the value per call hour; name the column of amounts with --value, too"
        raise click.UsageError(msg)
    report, written = _run(asked)
    click.echo(_as_json(report, asked, written) if asked.json else _as_text(report, asked, written))


def _run(asked: Options) -> tuple[MitigationReport, tuple[str, ...]]:
    described = read_toml(asked.stream, "stream")
    stream = with_value(described.stream(), asked.value)
    check_folder(asked.out)
    model = brought(asked.pipeline, asked.trust)
    with shown() as progress:
        read = admitted(asked.file, stream, progress)
        intake = read.intake
        with _told(progress) as begin:
            made = laboratory(
                intake.table, stream, asked.request(), begin, model.estimator if model else None
            )
        report = MitigationReport(
            experiment=made,
            version=VERSION,
            rows=intake.rows,
            kept=intake.kept,
            rejected=intake.rejected,
            excluded=intake.excluded,
            stream_digest=described.digest,
            data_digest=read.digest,
            pipeline=told(model),
        )
        progress("Writing the report", 0, None)
        return report, write_whole(asked.out, partial(write, report))


@contextmanager
def _told(progress: Progress) -> Iterator[Begin]:
    """Remedies as steps of one bar."""

    def begin(_title: str, done: int, total: int) -> None:
        progress("Trying remedies", done, total)

    progress("Laying out the leads", 0, None)
    yield begin


def _as_text(report: MitigationReport, asked: Options, written: tuple[str, ...]) -> str:
    made, words = report.experiment, summary(report.experiment)
    turned = sum(one.count for one in (*report.rejected, *report.excluded))
    lines = [
        f"{made.stream}: {asked.file.name}",
        (
            f"{report.rows:,} rows = {report.kept:,} kept + {turned:,} turned away; {made.known:,} known"
            " outcomes"
        ),
        *(one for one in (words.verdict, words.tried, words.buys, words.costs) if one),
        *(f"  - {one}" for one in words.advice),
        *(report.pipeline.notes if report.pipeline else ()),
        f"Written to {asked.out}: {', '.join(written)}",
    ]
    return printable("\n".join(lines))


def _as_json(report: MitigationReport, asked: Options, written: tuple[str, ...]) -> str:
    made, words = report.experiment, summary(report.experiment)
    record = {
        "stream": made.stream,
        "file": asked.file.name,
        "rows": report.rows,
        "kept": report.kept,
        "attribute": made.attribute,
        "group": made.group,
        "reference": made.reference,
        "undefined": made.undefined,
        "tried": sum(one.after is not None for one in made.trials),
        "recommended": made.advice.remedy if made.advice else None,
        "verdict": words.verdict,
        "reasons": list(words.advice),
        "seed": made.request.seed,
        "out": str(asked.out),
        "files": list(written),
    }
    return json.dumps(record, indent=2, ensure_ascii=False)
