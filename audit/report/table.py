"""``metrics.csv``: one row per estimate, for a spreadsheet."""

from __future__ import annotations

import csv
import io

from audit.metrics import GroupEstimate
from audit.report.model import Report

HEAD = (
    "attribute",
    "group",
    "metric",
    "value",
    "low",
    "high",
    "n",
    "undefined",
    "shrunk",
    "shrunk_low",
    "shrunk_high",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def metrics_csv(report: Report) -> str:
    """Estimates as CSV; the parts of a crossing are joined by " x ".

    A name that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV
    injection). A value that is undefined leaves its cells empty and gives the reason.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(_row(one) for one in report.estimates)
    return out.getvalue()


def _row(one: GroupEstimate) -> tuple[str, ...]:
    made = one.estimate
    return (
        _safe(" x ".join(one.attribute)),
        _safe(" x ".join(one.group)),
        one.metric,
        *(_number(value) for value in (made.value, made.low, made.high)),
        str(made.n),
        made.undefined or "",
        *(_number(value) for value in (made.shrunk, made.shrunk_low, made.shrunk_high)),
    )


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"
