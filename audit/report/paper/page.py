"""A paper as one HTML file: no script, nothing fetched."""

from __future__ import annotations

from audit.report.environment import environment
from audit.report.paper.model import Paper
from audit.report.printable import printable


def to_html(paper: Paper) -> str:
    """The paper as a page of its own, for a screen and for print. Every name from the data is escaped."""
    return printable(environment("audit.report").get_template("paper.html").render(paper=paper))
