"""Quiet hours: when nothing is sent, by the clock on the wall of a time zone.

Summer time changes that clock: an hour that it skips is not quiet, one that it has twice is quiet twice.
So the next moment is looked for minute by minute, and asked of the zone itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
# A weekend with the nights before and behind it, and a change of the clock.
LONGEST = 4 * 24 * 60
SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """From and to which minute after midnight it is quiet (equal: never), and whether on weekends.

    ``through`` lets what is critical be sent all the same.
    """

    start: int = 0
    end: int = 0
    weekends: bool = False
    zone: str = "UTC"
    through: bool = False

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def read_quiet(record: Mapping[str, Any]) -> Quiet:
    """From JSON."""
    return Quiet(**record)


def is_quiet(quiet: Quiet, at: datetime) -> bool:
    """Whether nothing is sent at a moment."""
    local = at.astimezone(ZoneInfo(quiet.zone))
    if quiet.weekends and local.weekday() >= SATURDAY:
        return True
    minute = 60 * local.hour + local.minute
    if quiet.start <= quiet.end:
        return quiet.start <= minute < quiet.end
    return minute >= quiet.start or minute < quiet.end


def when(quiet: Quiet, at: datetime) -> datetime:
    """The first moment, from ``at`` on, at which something may be sent."""
    if not is_quiet(quiet, at):
        return at
    whole = at.replace(second=0, microsecond=0)
    coming = (whole + step * MINUTE for step in range(1, LONGEST))
    return next((one for one in coming if not is_quiet(quiet, one)), at)
