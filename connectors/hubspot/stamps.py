"""Moments as HubSpot writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_of(value: object) -> datetime | None:
    """A moment out of ISO 8601 text (UTC where it names no zone) or milliseconds; else None."""
    text = str(value)
    try:
        if text.isascii() and text.isdecimal():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
