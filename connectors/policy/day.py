"""The day that a CRM's date or date-time falls on, in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime


def day_of(text: str) -> date | None:
    """The UTC day of an ISO 8601 date or date-time; None where the text is neither.

    A date-time without an offset is taken as UTC, which is what both CRMs' APIs send.

    References
    ----------
    Salesforce, REST API Developer Guide, "Valid Date and DateTime Formats";
    HubSpot, "Properties API": ``date`` and ``datetime`` values are ISO 8601 in UTC.
    """
    stripped = text.strip()
    # Compact forms ("20240102", "2024W011") are refused: a number is never taken for a date.
    if len(stripped) < 10 or stripped[4] != "-" or stripped[7] != "-":
        return None
    try:
        moment = datetime.fromisoformat(stripped)
        return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None
