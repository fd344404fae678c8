"""``explanation.json`` and ``explanation.html``: what drives a score, for programs and for people."""

from __future__ import annotations

from audit.report.explanation.model import SCHEMA, ExplanationReport
from audit.report.explanation.write import write

__all__ = ["SCHEMA", "ExplanationReport", "write"]
