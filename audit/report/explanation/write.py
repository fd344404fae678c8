"""Both files of an explanation, in a folder that is put in place whole by the caller."""

from __future__ import annotations

from pathlib import Path

from audit.report.explanation.json_form import to_json
from audit.report.explanation.model import ExplanationReport
from audit.report.explanation.page import to_html


def write(report: ExplanationReport, folder: Path) -> None:
    """Write ``explanation.json`` and ``explanation.html``; OSError where the folder cannot be written."""
    texts = {"explanation.json": to_json(report), "explanation.html": to_html(report)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
