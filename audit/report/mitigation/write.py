"""Both files of the laboratory, in a folder that is put in place whole by the caller."""

from __future__ import annotations

from pathlib import Path

from audit.report.mitigation.json_form import to_json
from audit.report.mitigation.model import MitigationReport
from audit.report.mitigation.page import to_html


def write(report: MitigationReport, folder: Path) -> None:
    """Write ``mitigation.json`` and ``mitigation.html``; OSError where the folder cannot be written."""
    texts = {"mitigation.json": to_json(report), "mitigation.html": to_html(report)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
