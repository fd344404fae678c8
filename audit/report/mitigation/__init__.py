"""``mitigation.json`` and ``mitigation.html``: what the laboratory found, for programs and for people."""

from __future__ import annotations

from audit.report.mitigation.json_form import to_json
from audit.report.mitigation.model import SCHEMA, MitigationReport
from audit.report.mitigation.reading import read_json
from audit.report.mitigation.write import write

__all__ = ["SCHEMA", "MitigationReport", "read_json", "to_json", "write"]
