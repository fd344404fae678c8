"""``explanation.html``: one page that needs nothing else, sentences first."""

from __future__ import annotations

from audit.report.environment import environment
from audit.report.explanation import view
from audit.report.explanation.chart import drivers_chart, gap_chart
from audit.report.explanation.model import ExplanationReport
from audit.report.explanation.summary import summary
from audit.report.mitigation.view import percent
from audit.report.printable import printable


def to_html(report: ExplanationReport) -> str:
    """The report as one HTML file: no script, nothing fetched, charts inside. Every name is escaped."""
    made = report.explained
    page = (
        environment("audit.report")
        .get_template("explanation.html")
        .render(
            report=report,
            made=made,
            summary=summary(made),
            view=view,
            percent=percent,
            chart=drivers_chart(made),
            gaps=[(one, gap_chart(one)) for one in made.gaps],
            group_tables=view.group_tables(made),
            recourse_tables=view.recourse_tables(made),
            stories=[(one, view.way(one, made)) for one in made.stories],
            rejected=sum(one.count for one in report.rejected),
            excluded=sum(one.count for one in report.excluded),
        )
    )
    return printable(page)
