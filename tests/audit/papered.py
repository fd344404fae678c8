"""A report with something for every paper, made by hand: regulatory tables, a special category, odd names."""

from __future__ import annotations

from dataclasses import replace

from audit.report.model import Report
from tests.audit.test_regulation import decided, tables
from tests.webapp.sample_report import sample_report

EVIL = "<b>*|_x_|*</b>\n# town"


def papered() -> Report:
    """A report of which every paper has something to tell."""
    made = sample_report("region", ("urban", EVIL, "unknown"))
    asked = replace(made.settings, special_categories=("region",), threshold=60.0)
    return replace(made, regulation=tables(decided(a=(54, 92), b=(34, 76), c=(1, 2))), settings=asked)
