"""Moments as notes, queries and columns hold them: whole seconds, UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def in_seconds(moment: datetime) -> str:
    """A moment as text, ``2026-11-23T09:00:00Z``; such texts sort as the moments do.

    Examples
    --------
    >>> in_seconds(datetime(2026, 11, 23, 9, tzinfo=UTC))
    '2026-11-23T09:00:00Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime:
    """A moment that `in_seconds` wrote."""
    return datetime.fromisoformat(text)
