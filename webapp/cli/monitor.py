"""``fairlead monitor``: a file and its stream in, ``monitor.json`` and ``monitor.html`` out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import click
import pyarrow as pa

from audit.drift import Asked, DriftReport, alarms, drift_of_table
from audit.drift.model import PeriodKind
from audit.expected import Expected, Period, dated, expected_of
from audit.report.model import VERSION
from audit.report.monitoring import MonitorReport, write
from audit.report.monitoring.drift_words import headline, windows
from audit.report.monitoring.drift_words import told as drifted
from audit.report.monitoring.expected_words import decisive, expected_summary
from audit.report.monitoring.summary import TOLD, left_out, summary
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
    fail_on_drift: bool
    reference_until: datetime | None
    newest_from: datetime | None
    period: PeriodKind | None
    seed: int
    json: bool


_path = click.Path(path_type=Path)
_day = click.DateTime(formats=["%Y-%m-%d"])


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
@click.option(
    "--cohort",
    type=click.Choice(("month", "quarter")),
    default="month",
    show_default=True,
    help="Over which spans of creation our own estimates are checked against the outcomes that came.",
)
@click.option(
    "--fail-on-alarm",
    is_flag=True,
    help="Exit with 1 where any watched gap has ever raised an alarm; drift does not count.",
)
@click.option(
    "--fail-on-drift", is_flag=True, help="Exit with 1 where anything has moved by more than its limit."
)
@click.option(
    "--reference-until",
    type=_day,
    help="The last day of the reference window of drift. Default: half of the days with leads.",
)
@click.option(
    "--newest-from",
    type=_day,
    help="The first day of the newest window of drift. Default: the last 28 days with leads.",
)
@click.option(
    "--period",
    type=click.Choice(["week", "month"]),
    help="Of the series of drift. Default: weeks up to half a year, else months.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For what drift draws at random.")
@click.option("--json", is_flag=True, help="Print the summary as JSON.")
def command(**options: object) -> None:
    """Watch the gaps between groups in FILE day by day, and say what has drifted.

    Gaps are watched with no price for looking often. Drift compares the newest leads with earlier ones,
    column by column, group by group and all together.

    Writes monitor.json and monitor.html to --out. FILE is a CSV, Excel or Parquet file; its stream must name
    the column of the creation day.
    """
    asked = Options(**options)  # type: ignore[arg-type]
    report, written = _run(asked)
    click.echo(_as_json(report, asked, written) if asked.json else _as_text(report, asked, written))
    if _failed(report, asked):
        click.get_current_context().exit(1)


def _failed(report: MonitorReport, asked: Options) -> bool:
    drifted = report.drift is not None and alarms(report.drift) > 0
    alarmed = any(one.alarm for one in report.survey.watched)
    return (asked.fail_on_alarm and alarmed) or (asked.fail_on_drift and drifted)


def _run(asked: Options) -> tuple[MonitorReport, tuple[str, ...]]:
    described = read_toml(asked.stream, "stream")
    stream = described.stream()
    check_folder(asked.out)
    with shown() as progress:
        read = admitted(asked.file, stream, progress)
        intake = read.intake
        confidence = asked.confidence or stream.audit.confidence
        told = partial(progress, "Watching the gaps")
        made = survey(intake.table, stream, asked.metric, confidence, told)
        progress("Comparing the newest leads with earlier ones", 0, None)
        report = MonitorReport(
            survey=made,
            drift=drift_of_table(intake.table, stream, _windows(asked, confidence)),
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


def _windows(asked: Options, confidence: float) -> Asked:
    return Asked(
        reference_until=asked.reference_until.date() if asked.reference_until else None,
        newest_from=asked.newest_from.date() if asked.newest_from else None,
        period=asked.period,
        confidence=confidence,
        seed=asked.seed,
    )


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
        *(f"Not watched: {one}" for one in left_out(made)),
        *_drift_lines(report.drift),
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


def _drift_lines(drift: DriftReport | None) -> list[str]:
    if drift is None:
        return []
    found = drifted(drift)
    more = [f"  - {len(found) - TOLD} more, in the report"] if found[TOLD:] else []
    named = [f"  - {one.title}: {one.sentence}" for one in found[:TOLD]]
    return [f"Drift: {headline(drift)} {windows(drift)}", *named, *more]


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
        "not_watched": len(made.unwatched),
        "verdict": told.verdict,
        "expected": _expected_json(report),
        **_drift_summary(report.drift),
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


def _drift_summary(drift: DriftReport | None) -> dict[str, object]:
    if drift is None:
        return {}
    return {"drifted": alarms(drift), "drift_tests": drift.tested, "drift_verdict": headline(drift)}
