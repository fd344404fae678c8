"""``monitor.json`` and ``monitor.html``: what watching gaps day by day found, for programs and for people."""

from __future__ import annotations

from audit.report.monitoring.model import SCHEMA, MonitorReport
from audit.report.monitoring.write import write

__all__ = ["SCHEMA", "MonitorReport", "write"]
