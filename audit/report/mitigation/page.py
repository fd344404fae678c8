"""``mitigation.html``: one page that needs nothing else, sentences first."""

from __future__ import annotations

from dataclasses import dataclass

from audit.report.environment import environment
from audit.report.mitigation.chart import charts
from audit.report.mitigation.model import MitigationReport
from audit.report.mitigation.summary import summary
from audit.report.mitigation.view import (
    AIM_WORDS,
    NEEDS_WORDS,
    Cell,
    lines,
    percent,
    plain,
    shelves,
    signed,
    unit,
)
from audit.report.printable import printable
from audit.rows.mitigation import Experiment
from audit.rows.mitigation.model import Row

METRIC_WORDS = {
    "selection_rate": "Share called",
    "true_positive_rate": "Share called of good leads",
    "false_positive_rate": "Share called of other leads",
    "precision": "Good outcomes per call",
}
VERDICTS = {"pass": "within tolerance", "fail": "outside tolerance", "insufficient": "not enough data"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line of the audit before and after."""

    metric: str
    group: str
    before: Cell
    after: Cell
    gap_before: str
    gap_after: str


def to_html(report: MitigationReport) -> str:
    """The report as one HTML file: no script, nothing fetched, charts inside. Every name is escaped."""
    made = report.experiment
    every = lines(made)
    page = (
        environment("audit.report")
        .get_template("mitigation.html")
        .render(
            report=report,
            made=made,
            summary=summary(made),
            lines=every,
            shelves=shelves(every),
            charts=charts(made, every),
            compared=[_compared(row) for row in made.validation],
            validated=next((one for one in every if one.remedy.id == made.validated), None),
            today=_today(made),
            aim=AIM_WORDS[made.request.aim],
            needs=NEEDS_WORDS,
            unit=unit(made),
            rejected=sum(one.count for one in report.rejected),
            excluded=sum(one.count for one in report.excluded),
        )
    )
    return printable(page)


def _today(made: Experiment) -> tuple[tuple[str, Cell], ...]:
    """The figures of today's decisions."""
    if made.today is None:
        return ()
    aim = AIM_WORDS[made.request.aim]
    worth = ((f"Value per {unit(made)}", plain(made.today.worth)),) if made.today.worth else ()
    return (
        (f"{aim[:1].upper()}{aim[1:]}", percent(made.today.gap(made.request.aim))),
        ("Widest gap between any two groups", percent(made.today.widest)),
        ("Right decisions", percent(made.today.accuracy)),
        ("Good outcomes per call", percent(made.today.won)),
        *worth,
    )


def _compared(row: Row) -> Compared:
    return Compared(
        metric=METRIC_WORDS[row.metric],
        group=row.group,
        before=percent(row.before),
        after=percent(row.after),
        gap_before=_gap(row.gap_before, row.verdict_before),
        gap_after=_gap(row.gap_after, row.verdict_after),
    )


def _gap(value: float | None, verdict: str | None) -> str:
    if value is None or verdict is None:
        return "reference"
    return f"{signed(value * 100, 1, plus=True)} points, {VERDICTS[verdict]}"
