"""``monitor.html``: one page that needs nothing else, sentences first."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from audit.finding.reading import reading
from audit.report.environment import environment
from audit.report.monitoring.chart import chart
from audit.report.monitoring.drift_page import drift_page
from audit.report.monitoring.expected_page import section
from audit.report.monitoring.model import MonitorReport
from audit.report.monitoring.summary import left_out, sentence, signed, summary, title, whole
from audit.report.printable import printable
from audit.watch import Look, Survey, Watched

DRAWN = 12
"""Gaps with a drawing."""
LISTED = 200
"""Gaps in the table; all are in the JSON."""
LAST_DAYS = 7
VERDICTS = {"pass": "within tolerance", "fail": "outside tolerance", "insufficient": "not enough data"}
DASH = "\N{EM DASH}"
MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A day in the table of the last days, or a gap on its last day in the table of all."""

    name: str
    leads: str
    gap: str
    band: str
    evidence: str
    verdict: str
    since: str
    stands: str
    special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One watched gap with its drawing."""

    title: str
    sentence: str
    verdict: str
    special: bool
    svg: Markup
    days: tuple[Row, ...]


def to_html(report: MonitorReport) -> str:
    """The report as one HTML file: no script, nothing fetched, charts inside. Every name is escaped."""
    made = report.survey
    pairs = tuple(zip(made.watched, made.sure, strict=True))
    page = (
        environment("audit.report")
        .get_template("monitor.html")
        .render(
            report=report,
            made=made,
            summary=summary(made),
            absent=[reading(name).label for name in made.absent],
            rows=[_gap(one, made, stands=stands) for one, stands in pairs[:LISTED]],
            expected=None if report.expected is None else section(report.expected),
            cards=[_card(one, made) for one in made.watched[:DRAWN]],
            drift=None if report.drift is None else drift_page(report.drift),
            unwatched=left_out(made),
            rejected=sum(one.count for one in report.rejected),
            excluded=sum(one.count for one in report.excluded),
        )
    )
    return printable(page)


def _card(one: Watched, made: Survey) -> Card:
    return Card(
        title=title(one),
        sentence=sentence(one),
        verdict=one.looks[-1].verdict,
        special=one.attribute in made.special,
        svg=chart(one),
        days=tuple(_row(look, str(look.day)) for look in reversed(one.looks[-LAST_DAYS:])),
    )


def _gap(one: Watched, made: Survey, *, stands: bool) -> Row:
    return _row(
        one.looks[-1],
        title(one),
        since=str(one.alarm) if one.alarm else "",
        stands="yes" if stands else "no",
        special=one.attribute in made.special,
    )


def _row(look: Look, name: str, *, since: str = "", stands: str = "", special: bool = False) -> Row:
    return Row(
        name=name,
        leads=f"{look.leads:,}",
        gap=DASH if look.gap is None else signed(look.gap),
        band=f"{whole(look.low)} to {whole(look.high)}",
        evidence=f"over {MOST:,}" if look.evidence > MOST else f"{look.evidence:,.3g}",
        verdict=VERDICTS[look.verdict],
        since=since,
        stands=stands,
        special=special,
    )
