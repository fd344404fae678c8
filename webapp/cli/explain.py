"""``fairlead explain``: a file and its stream in, ``explanation.json`` and ``explanation.html`` out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from audit.report.explanation import ExplanationReport, write
from audit.report.explanation.summary import summary
from audit.report.model import VERSION
from audit.report.printable import printable
from audit.rows.explaining.model import Request
from audit.rows.explaining.overall import explanations
from webapp.cli.admitted import admitted
from webapp.cli.output import check_folder, write_whole
from webapp.cli.own_pipeline import brought, class_note, pipeline_options, told
from webapp.cli.steps import shown
from webapp.cli.toml_file import read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    file: Path
    stream: Path
    out: Path
    lead: tuple[str, ...]
    fixed: tuple[str, ...]
    pipeline: Path | None
    trust: tuple[str, ...]
    seed: int
    json: bool


_path = click.Path(path_type=Path)


@click.command("explain")
@click.argument("file", type=_path)
@click.option("--stream", type=_path, required=True, help="The stream file: which column plays which role.")
@click.option("--out", type=_path, required=True, help="The folder for the results; made if it is not there.")
@click.option(
    "--lead",
    multiple=True,
    metavar="KEY",
    help="Explain this lead, too, with the values of its fields; may be given several times.",
)
@click.option(
    "--fixed",
    multiple=True,
    metavar="FIELD",
    help="A field that nobody can change, so that no way over the threshold leads through it; may be given"
    " several times.",
)
@pipeline_options
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    help="The same seed gives the same bytes.",
    show_default=True,
)
@click.option("--json", is_flag=True, help="Print the summary as JSON.")
def command(**options: object) -> None:
    """Explain what drives the scores in FILE and their gaps, and which ways lead over the threshold.

    Writes explanation.json and explanation.html to --out. FILE is a CSV, Excel or Parquet file. With
    --pipeline your own model is explained where its predictions agree with the scores, else an imitation of
    them.
    """
    asked = Options(**options)  # type: ignore[arg-type]
    report, written = _run(asked)
    click.echo(_as_json(report, asked, written) if asked.json else _as_text(report, asked, written))


def _run(asked: Options) -> tuple[ExplanationReport, tuple[str, ...]]:
    described = read_toml(asked.stream, "stream")
    stream = described.stream()
    check_folder(asked.out)
    model = brought(asked.pipeline, asked.trust)
    note = class_note(model)
    with shown() as progress:
        read = admitted(asked.file, stream, progress)
        intake = read.intake
        request = Request(seed=asked.seed, leads=asked.lead, fixed=asked.fixed)
        made = explanations(
            intake.table,
            stream,
            request,
            model.estimator if model else None,
            lambda step: progress(step, 0, None),
        )
        report = ExplanationReport(
            explained=made,
            version=VERSION,
            rows=intake.rows,
            kept=intake.kept,
            rejected=intake.rejected,
            excluded=intake.excluded,
            stream_digest=described.digest,
            data_digest=read.digest,
            pipeline=told(model, *note),
        )
        progress("Writing the report", 0, None)
        return report, write_whole(asked.out, partial(write, report))


def _as_text(report: ExplanationReport, asked: Options, written: tuple[str, ...]) -> str:
    made, words = report.explained, summary(report.explained)
    turned = sum(one.count for one in (*report.rejected, *report.excluded))
    lines = [
        f"{made.stream}: {asked.file.name}",
        f"{report.rows:,} rows = {report.kept:,} kept + {turned:,} turned away",
        *(one for one in (words.verdict, words.model, words.methods) if one),
        *(f"  - {one}" for one in words.gaps),
        *([words.recourse] if words.recourse else []),
        *(report.pipeline.notes if report.pipeline else ()),
        f"Written to {asked.out}: {', '.join(written)}",
    ]
    return printable("\n".join(lines))


def _as_json(report: ExplanationReport, asked: Options, written: tuple[str, ...]) -> str:
    made, words = report.explained, summary(report.explained)
    record = {
        "stream": made.stream,
        "file": asked.file.name,
        "rows": report.rows,
        "kept": report.kept,
        "undefined": made.undefined,
        "model": made.explainer.kind if made.explainer else None,
        "verdict": words.verdict,
        "agreements": [one.verdict for one in made.agreements],
        "gaps": list(words.gaps),
        "recourse": words.recourse,
        "notes": list(report.pipeline.notes) if report.pipeline else [],
        "seed": made.request.seed,
        "out": str(asked.out),
        "files": list(written),
    }
    return json.dumps(record, indent=2, ensure_ascii=False)
