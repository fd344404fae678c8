"""The three files of a report, each whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from audit.report.json_form import to_json
from audit.report.model import Report
from audit.report.page import to_html
from audit.report.table import metrics_csv


def write(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write ``audit.json``, ``report.html`` and ``metrics.csv``, replacing older ones atomically.

    Every file is made in full before the first one is put in place, so a failure on the way leaves
    the older files as they were and nothing half-written. Raises OSError where the folder cannot be
    written.
    """
    texts = {
        "audit.json": to_json(report),
        "report.html": to_html(report),
        "metrics.csv": metrics_csv(report),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as made:
        for name, text in texts.items():
            _whole(Path(made) / name, text)
        for name in texts:
            (Path(made) / name).replace(folder / name)
    return tuple(folder / name for name in texts)


def _whole(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
