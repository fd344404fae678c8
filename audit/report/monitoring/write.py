"""Both files of the monitor, in a folder that is put in place whole by the caller."""

from __future__ import annotations

from pathlib import Path

from audit.report.monitoring.json_form import to_json
from audit.report.monitoring.model import MonitorReport
from audit.report.monitoring.page import to_html


def write(report: MonitorReport, folder: Path) -> None:
    """Write ``monitor.json`` and ``monitor.html``; OSError where the folder cannot be written."""
    texts = {"monitor.json": to_json(report), "monitor.html": to_html(report)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
