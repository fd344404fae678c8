"""``federated.json`` and ``federated.html``: a joint audit, for programs and for people."""

from __future__ import annotations

from audit.report.federation.json_form import to_json
from audit.report.federation.page import to_html
from audit.report.federation.write import write

__all__ = ["to_html", "to_json", "write"]
