"""``report.html``: one page that needs nothing else, for people who are not statisticians."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from audit.finding import SEVERITIES, Finding, Severity
from audit.finding.evidence_words import evidence_words
from audit.finding.reading import reading
from audit.finding.words import capitalized, listed
from audit.registry import metric
from audit.report.charts import Line, calibration_chart, proxies_chart, rates_chart, undrawn
from audit.report.einstein import IMPACT_LABEL, METRIC, opinion, rate_line
from audit.report.environment import environment
from audit.report.model import Report
from audit.report.printable import printable
from audit.report.strength_chart import strength_chart
from audit.report.views.compat_view import compat_tables
from audit.report.views.fields_view import fields_view, score_view
from audit.report.views.option_view import option_sheets
from audit.report.views.regulation_view import regimes
from audit.report.views.shrunk import raw_and_shrunk
from audit.report.views.together_view import together_rows
from audit.report.views.treatment_view import loop_view, treated_tables
from audit.report.views.unseen_view import estimated_rows, unseen_tables
from audit.report.views.view import COLUMNS, RANKING_COLUMNS, SHOWN, Section, sections
from audit.report.views.worst import worst

CHARTED = 12
SEVERITY_WORDS: dict[Severity, str] = {
    "critical": "Critical",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "info": "For information",
}


Drawn = Mapping[str, tuple[Markup, ...]]


def to_html(report: Report, drawn: Drawn | None = None) -> str:
    """The report as one HTML file: no script, nothing fetched, charts inside.

    ``drawn`` are its charts from `draw`, where they were drawn already.

    Every name from the data is escaped. At most 20 groups of an attribute and 20 findings are
    shown; the page says how many more are in the other files.
    """
    parts = sections(report)
    page = (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            sections=parts,
            together=together_rows(report),
            regimes=regimes(report),
            option_sheets=option_sheets(report),
            treatments=treated_tables(report, parts),
            loop_found=loop_view(report),
            charts=draw(report) if drawn is None else drawn,
            compat=compat_tables(report),
            fields={
                one.attribute: fields_view(one.attribute, report, charted=place < CHARTED)
                for place, one in enumerate(parts)
            },
            score=score_view(report),
            unseen=unseen_tables(report),
            estimated=estimated_rows(report),
            serious=[one for one in report.findings if one.severity != "info"],
            quiet=[one for one in report.findings if one.severity == "info"],
            shown=SHOWN,
            einstein={one.id: _opinion(report, one) for one in report.findings},
            raw_and_shrunk=raw_and_shrunk,
            worst=worst(report),
            crossings=[one for one in report.subgroups if one.found_by == "crossing"],
            severities=_counted(report.findings),
            glossary=_glossary(report),
            rejected=sum(one.count for one in report.rejected),
            excluded=sum(one.count for one in report.excluded),
        )
    )
    return printable(page)


@cache
def _environment() -> Environment:
    made = environment("audit.report").overlay()
    made.filters = made.filters | {
        "heading": capitalized,
        "listed": listed,
        "undrawn": undrawn,
        "words": evidence_words,
        "severity": SEVERITY_WORDS.__getitem__,
        "share": _share,
        "label": _label,
    }
    return made


def draw(report: Report) -> Drawn:
    """Charts by attribute (rates, calibration, proxies, their strength), as far as the page stays light."""
    return {
        one.attribute: (
            rates_chart(one, _einstein(report, one)),
            *(draw(one) for draw in (calibration_chart, proxies_chart, strength_chart)),
        )
        if place < CHARTED
        else (Markup(),) * 4
        for place, one in enumerate(sections(report))
    }


def _opinion(report: Report, finding: Finding) -> str:
    """What Einstein's alerts would have said; of what is for information only where there is one."""
    told = opinion(report, finding)
    return "" if told.alarms is None and finding.severity == "info" else told.sentence


def _einstein(report: Report, section: Section) -> Line | None:
    """Where Einstein would alarm at a share selected."""
    at = rate_line(report, (section.attribute,)) if section.metric == METRIC else None
    return None if at is None else Line(at=at, words=IMPACT_LABEL)


def _counted(findings: tuple[Finding, ...]) -> tuple[tuple[str, int], ...]:
    found = [one.severity for one in findings]
    return tuple((SEVERITY_WORDS[level], found.count(level)) for level in reversed(SEVERITIES))


def _glossary(report: Report) -> tuple[tuple[str, str], ...]:
    present = {one.metric for one in report.estimates}
    names = [name for name in (*COLUMNS, *RANKING_COLUMNS) if name in present]
    return tuple((reading(name).label, metric(name).definition) for name in names)


def _share(value: float | None) -> str:
    return "no gap to share" if value is None else f"{round(value * 100):d} %"


def _label(metric_id: str) -> str:
    return reading(metric_id).label
