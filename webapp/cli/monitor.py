"""``fairlead monitor``: a file and its stream in, ``monitor.json`` and ``monitor.html`` out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import pyarrow as pa

from audit.expected import Expected, Period, dated, expected_of
from audit.report.model import VERSION
from audit.report.monitoring import MonitorReport, write
from audit.report.monitoring.expected_words import decisive, expected_summary
from audit.report.monitoring.summary import summary
from audit.report.printable import printable
from audit.schema import Stream
from audit.watch import WATCHED, survey
from webapp.cli.admitted import admitted
from webapp.cli.output import check_folder, write_whole
from webapp.cli.steps import shown
from webapp.cli.toml_file import read_toml
from webapp.jobs import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    file: Path
    stream: Path
    out: Path
    metric: tuple[str, ...]
    confidence: float | None
    fail_on_alarm: bool
    cohort: Period
    json: bool


_path = click.Path(path_type=Path)


@click.command("monitor")
@click.argument("file", type=_path)
@click.option("--stream", type=_path, required=True, help="The stream file: which column plays which role.")
@click.option("--out", type=_path, required=True, help="The folder for the results; made if it is not there.")
@click.option(
    "--metric",
    type=click.Choice(tuple(WATCHED)),
    multiple=True,
    help="Watch only this share; may be given several times. Default: all that the stream has.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(min=0.5, max=0.9999),
    help="Of all statements about a gap at all days together. Default: that of the stream's [audit].",
)
@click.option("--fail-on-alarm", is_flag=True, help="Exit with 1 where any gap has ever raised an alarm.")
@click.option(
    "--cohort",
    type=click.Choice(("month", "quarter")),
    default="month",
    show_default=True,
    help="Over which spans of creation our own estimates are checked against the outcomes that came.",
)
@click.option("--json", is_flag=True, help="Print the summary as JSON.")
def command(**options: object) -> None:
    """Watch the gaps between groups in FILE day by day, with no price for looking often.

    Writes monitor.json and monitor.html to --out. FILE is a CSV, Excel or Parquet file; its stream must name
    the column of the creation day.
    """
    asked = Options(**options)  # type: ignore[arg-type]
    report, written = _run(asked)
    click.echo(_as_json(report, asked, written) if asked.json else _as_text(report, asked, written))
    if asked.fail_on_alarm and any(one.alarm for one in report.survey.watched):
        click.get_current_context().exit(1)


def _run(asked: Options) -> tuple[MonitorReport, tuple[str, ...]]:
    described = read_toml(asked.stream, "stream")
    stream = described.stream()
    check_folder(asked.out)
    with shown() as progress:
        read = admitted(asked.file, stream, progress)
        intake = read.intake
        confidence = asked.confidence or stream.audit.confidence
        told = partial(progress, "Watching the gaps")
        report = MonitorReport(
            survey=survey(intake.table, stream, asked.metric, confidence, told),
            version=VERSION,
            rows=intake.rows,
            kept=intake.kept,
            rejected=intake.rejected,
            excluded=intake.excluded,
            stream_digest=described.digest,
            data_digest=read.digest,
            expected=_expected(intake.table, stream, asked, progress),
        )
        progress("Writing the report", 0, None)
        return report, write_whole(asked.out, partial(write, report))


def _expected(table: pa.Table, stream: Stream, asked: Options, progress: Progress) -> Expected:
    progress("Estimating what is not known yet", 0, None)
    return expected_of(dated(table, stream), stream, period=asked.cohort)


def _as_text(report: MonitorReport, asked: Options, written: tuple[str, ...]) -> str:
    made, told = report.survey, summary(report.survey)
    turned = sum(one.count for one in (*report.rejected, *report.excluded))
    lines = [
        f"{made.stream}: {asked.file.name}",
        (
            f"{report.rows:,} rows = {report.kept:,} kept + {turned:,} turned away; {made.first} to"
            f" {made.last}"
        ),
        told.verdict,
        *(f"  - {one}" for one in told.outside),
        *([told.together] if told.together else []),
        *([f"Within the tolerance: {told.within}"] if told.within else []),
        *([f"Not enough data yet: {told.unknown}"] if told.unknown else []),
        *_expected_lines(report),
        f"Written to {asked.out}: {', '.join(written)}",
    ]
    return printable("\n".join(lines))


def _expected_lines(report: MonitorReport) -> tuple[str, ...]:
    if report.expected is None:
        return ()
    told = expected_summary(report.expected)
    return (
        f"Before outcomes are known: {told.verdict}",
        *(f"  - {one}" for one in told.outside),
        *([told.gaps] if told.gaps else []),
        f"Our own estimates: {told.record}",
    )


def _as_json(report: MonitorReport, asked: Options, written: tuple[str, ...]) -> str:
    made, told = report.survey, summary(report.survey)
    record = {
        "stream": made.stream,
        "file": asked.file.name,
        "rows": report.rows,
        "kept": report.kept,
        "first_day": str(made.first),
        "last_day": str(made.last),
        "tolerance": made.tolerance,
        "confidence": made.confidence,
        "watched": len(made.watched),
        "alarms": sum(one.alarm is not None for one in made.watched),
        "stand_with_all": sum(made.sure),
        "within": sum(one.looks[-1].verdict == "pass" for one in made.watched),
        "not_known": sum(one.looks[-1].verdict == "insufficient" for one in made.watched),
        "verdict": told.verdict,
        "expected": _expected_json(report),
        "out": str(asked.out),
        "files": list(written),
    }
    return json.dumps(record, indent=2, ensure_ascii=False)


def _expected_json(report: MonitorReport) -> dict[str, object] | None:
    made = report.expected
    if made is None:
        return None
    found, told = decisive(made), expected_summary(made)
    return {
        "open": made.open,
        "verdict": told.verdict,
        "gaps": len(made.gaps),
        "outside": sum(one.verdict == "fail" for one in made.gaps),
        "own_estimates_compared": sum(one.compared for one in found),
        "own_estimates_held": sum(one.held for one in found),
        "not_trusted": [
            {"metric": one.metric, "gaps": one.gaps, "state": one.state}
            for one in found
            if one.state in {"widened", "withheld"}
        ],
    }
