"""The report: frozen, digested, written as JSON, HTML and CSV."""

from audit.report.json_form import read_json, to_json
from audit.report.model import SCHEMA, Digests, Report, Settings, Subgroup
from audit.report.page import to_html
from audit.report.table import metrics_csv
from audit.report.write import write

__all__ = [
    "SCHEMA",
    "Digests",
    "Report",
    "Settings",
    "Subgroup",
    "metrics_csv",
    "read_json",
    "to_html",
    "to_json",
    "write",
]
