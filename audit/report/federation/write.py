"""Both files of a joint audit, in a folder that is put in place whole by the caller."""

from __future__ import annotations

from pathlib import Path

from audit.federation import Joint
from audit.report.federation.json_form import to_json
from audit.report.federation.page import to_html


def write(made: Joint, folder: Path) -> None:
    """Write ``federated.json`` and ``federated.html``; OSError where the folder cannot be written."""
    texts = {"federated.json": to_json(made), "federated.html": to_html(made)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
