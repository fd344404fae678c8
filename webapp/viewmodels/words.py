"""Numbers, moments and codes as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from audit.disparity import Verdict
from audit.finding import Severity
from audit.finding.reading import BAND, reading
from webapp.store.rows import ConnectionRow

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
ORGANISATION_WORDS = {"salesforce": "Salesforce org", "hubspot": "HubSpot portal"}
SEVERITY_WORDS: dict[Severity, str] = {
    "critical": "Critical",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "info": "For information",
}
VERDICT_WORDS: dict[Verdict, str] = {
    "pass": "Within tolerance",
    "fail": "Outside tolerance",
    "insufficient": "Not enough data",
}


def organisation_label(crm: str, organisation: str) -> str:
    """A connection's name: the CRM's word for it and its own id."""
    return f"{ORGANISATION_WORDS.get(crm, crm)} {organisation}"


def organisation_labels(rows: Iterable[ConnectionRow]) -> dict[str, str]:
    """The names of connections by their ids."""
    return {row.id: organisation_label(row.crm, row.organisation) for row in rows}


def metric_label(metric: str) -> str:
    """A metric's name for a table's head; a band of the score is named by its ends."""
    if is_band(metric):
        return f"Score {metric.removeprefix(BAND)}"
    return reading(metric).label


def is_band(metric: str) -> bool:
    """Whether a metric is the conversion rate within one band of the score."""
    return metric.startswith(BAND)


def number(value: float) -> str:
    """A count with thousands set apart: 45,211."""
    return f"{value:,.0f}"


def amount(value: float, *, share: bool) -> str:
    """A metric's value: 18.3 % for a share, 54.20 otherwise."""
    # Adding 0 takes the sign off a zero that was rounded down.
    text = (
        f"{round(value * 100, 1) + 0.0:.1f}{NBSP}%"
        if share
        else f"{round(value, 9) + 0.0:,.{_digits(value)}f}"
    )
    return text.replace("-", MINUS)


def gap(value: float, *, share: bool) -> str:
    """A difference with its sign: +3.2 points for shares."""
    text = f"{value * 100:+.1f}{NBSP}points" if share else f"{value:+,.{_digits(value)}f}"
    return text.replace("-", MINUS)


def between(low: float | None, high: float | None, *, share: bool) -> str:
    """An interval in words; empty where there is none."""
    if low is None or high is None:
        return ""
    return f"{amount(low, share=share)} to {amount(high, share=share)}"


def moment(value: datetime | str) -> str:
    """A moment in UTC: 23 Nov 2026, 14:05 UTC."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def plain(code: str) -> str:
    """A stable code as words: ``opted_out`` becomes "opted out"; a sentence stays one."""
    return code if " " in code else code.replace("_", " ")


def counted(number_of: int, one: str, many: str) -> str:
    """A count with its noun: 1 lead, 2 leads."""
    return f"{number(number_of)}{NBSP}{one if number_of == 1 else many}"


def _digits(value: float) -> int:
    return 1 if abs(value) >= 10 else 3
