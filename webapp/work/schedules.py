"""When a job falls due: at a time of day, on weekdays, in a time zone.

On the day when clocks skip that time it is due as long after the skip as it lies in it (02:30 becomes 03:30);
on the day that has the time twice it is due at the first. So a day has one moment, always.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from webapp.services import Services
from webapp.store.schedules import Rhythm
from webapp.store.work_jobs import JobKind, JobRow, Wanted

SCHEDULE = "schedule"
"""Who asks in the trail, where nobody pressed a button."""
EVERY_DAY = "0123456"
USUAL: Mapping[JobKind, Rhythm] = MappingProxyType[JobKind, Rhythm](
    {
        "sync": Rhythm(on=True, days=EVERY_DAY, minute=2 * 60 + 30, zone="UTC"),
        # Due after each scheduled pull; its time counts for nothing.
        "publish": Rhythm(on=True, days=EVERY_DAY, minute=0, zone="UTC"),
        "retention": Rhythm(on=True, days=EVERY_DAY, minute=4 * 60 + 30, zone="UTC"),
        "log": Rhythm(on=True, days="6", minute=5 * 60 + 30, zone="UTC"),
        "outcomes": Rhythm(on=True, days="0", minute=6 * 60, zone="UTC"),
    }
)


def moment_of(day: date, rhythm: Rhythm) -> datetime:
    """When it is due on a day, in UTC."""
    hour, minute = divmod(rhythm.minute, 60)
    return datetime.combine(day, time(hour, minute), ZoneInfo(rhythm.zone)).astimezone(UTC)


def missed(rhythm: Rhythm, after: datetime, now: datetime) -> datetime | None:
    """The last moment it was due, after ``after`` and not after ``now``; None where there is none."""
    return next((one for one in _moments(rhythm, now, -1) if after < one <= now), None)


def coming(rhythm: Rhythm, now: datetime) -> datetime | None:
    """The next moment it is due; None where it is never."""
    return next((one for one in _moments(rhythm, now, 1) if one > now), None) if rhythm.on else None


def _moments(rhythm: Rhythm, now: datetime, step: int) -> list[datetime]:
    """The moments of ten days from a day beyond now, forward or back: a week has each weekday once."""
    today = now.astimezone(ZoneInfo(rhythm.zone)).date()
    days = (today + timedelta(days=step * far) for far in range(-1, 9))
    return [moment_of(day, rhythm) for day in days if str(day.weekday()) in rhythm.days]


def follower(opened: Services, job: JobRow) -> Wanted | None:
    """What a schedule wants after a job: to write back what it found, once a person has done so before."""
    if job.kind != "sync" or job.who != SCHEDULE:
        return None
    row = opened.schedules.of(job.connection_id).get("publish")
    if row is None or not row.rhythm.on or opened.repository.latest_receipt(job.connection_id) is None:
        return None
    return Wanted(connection_id=job.connection_id, kind="publish", who=SCHEDULE)
