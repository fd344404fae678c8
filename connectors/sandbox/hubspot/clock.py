"""The stand-in's clock: real time plus what a test has skipped."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class Clock:
    """Seconds since the epoch, moved forward by ``advance``."""

    skipped: float = 0.0

    def now(self) -> float:
        """The present, in seconds since the epoch."""
        return time.time() + self.skipped

    def milliseconds(self) -> int:
        """The present, in whole milliseconds since the epoch."""
        return int(self.now() * 1000)

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self.skipped += seconds


def stamp(seconds: float) -> str:
    """A moment as HubSpot writes it: ISO 8601, UTC, three decimals, ``Z``."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp_ms(milliseconds: float) -> str:
    """The same of milliseconds since the epoch."""
    return stamp(milliseconds / 1000)


def moment(text: str) -> float | None:
    """Seconds since the epoch of ISO 8601 text or of milliseconds in digits; None for neither."""
    if text.isascii() and text.isdecimal():
        return int(text) / 1000
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def moment_ms(text: str) -> int | None:
    """The same in whole milliseconds."""
    found = moment(text)
    return None if found is None else round(found * 1000)
