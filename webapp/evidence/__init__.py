"""The evidence of an audit: each chart with its text and its table, whether on a page or as a file."""

from webapp.evidence.figure import Figure
from webapp.evidence.sheet import Sheet

__all__ = ["Figure", "Sheet"]
