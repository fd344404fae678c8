"""The clock of the stand-in: tests move it, so that codes, tokens and cursors expire without waiting.

Records are stamped with it, and the server's ``Date`` header tells it too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Clock:
    """The real time plus an offset that only grows."""

    offset: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """The moment that lifetimes are measured against, in UTC."""
        return datetime.now(UTC) + self.offset

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.offset += timedelta(seconds=seconds)

    def stamp(self) -> str:
        """The moment as the REST API writes it."""
        return rest_datetime(self.now())


def rest_datetime(moment: datetime) -> str:
    """``2026-11-23T09:21:56.000+0000``: second precision, no colon in the offset."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
