"""The files of a report, each whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from audit.report.model import Report
from audit.report.outputs import Wanted, outputs


def write(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write ``audit.json``, ``report.html`` and ``metrics.csv``, replacing older ones atomically.

    Every file is made in full before the first one is put in place, so a failure on the way leaves
    the older files as they were and nothing half-written. Raises OSError where the folder cannot be
    written.
    """
    return write_outputs(report, Wanted(), folder)


def write_outputs(report: Report, wanted: Wanted, folder: Path) -> tuple[Path, ...]:
    """As `write`, with the papers that are wanted beside the three files."""
    files = outputs(report, wanted)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as made:
        for name, content in files.items():
            _whole(Path(made) / name, content)
        for name in files:
            (Path(made) / name).replace(folder / name)
    return tuple(folder / name for name in files)


def _whole(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
