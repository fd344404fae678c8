"""Papers that are made from a report: one content, shown as a page or as Markdown."""

from audit.report.paper.markdown import to_markdown
from audit.report.paper.model import Item, Paper, Section, Table
from audit.report.paper.page import to_html

__all__ = ["Item", "Paper", "Section", "Table", "to_html", "to_markdown"]
