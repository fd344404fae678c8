"""What a form says of schedules, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.dates import format_date

from audit.schema import BadInput
from webapp.language import ENGLISH, current, day, gettext
from webapp.store.schedules import Rhythm, ScheduleRow
from webapp.store.work_jobs import JobKind
from webapp.viewmodels.jobs import NAMES
from webapp.work.schedules import USUAL, coming

TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def days() -> tuple[str, ...]:
    """The names of the weekdays, from Monday on."""
    names = Locale.parse(current()).days["stand-alone"]["wide"]
    return tuple(names[number] for number in range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class RhythmLine:
    """One kind of job in the form; ``next`` is when it comes, in words, "" where it does not."""

    kind: JobKind
    name: str
    on: bool
    days: str
    time: str
    next: str = ""
    timed: bool = True


def zones() -> tuple[str, ...]:
    """The time zones that may be chosen."""
    places = (
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix"))
    )
    return ("UTC", *sorted(places))


def zone_of(rows: Mapping[JobKind, ScheduleRow]) -> str:
    """The time zone of a connection's schedules."""
    return next((row.rhythm.zone for row in rows.values()), "UTC")


def lines(rows: Mapping[JobKind, ScheduleRow], now: datetime) -> tuple[RhythmLine, ...]:
    """The schedules of one connection, the usual ones where none are saved."""
    found: dict[JobKind, Rhythm] = {**USUAL, **{kind: row.rhythm for kind, row in rows.items()}}
    return tuple(_line(kind, rhythm, now) for kind, rhythm in found.items())


def as_typed(
    saved: tuple[RhythmLine, ...], form: Mapping[str, str], days: Mapping[str, list[str]]
) -> tuple[RhythmLine, ...]:
    """The schedules as a person typed them, to be mended; what comes next is as it was."""
    return tuple(
        replace(
            line,
            on=f"on-{line.kind}" in form,
            days="".join(days.get(line.kind, [])),
            time=form.get(f"time-{line.kind}", ""),
        )
        for line in saved
    )


def _line(kind: JobKind, rhythm: Rhythm, now: datetime) -> RhythmLine:
    following = coming(rhythm, now) if kind != "publish" else None
    local = _local(following.astimezone(ZoneInfo(rhythm.zone))) if following else ""
    return RhythmLine(
        kind=kind,
        name=gettext(NAMES[kind]),
        on=rhythm.on,
        days=rhythm.days,
        time=f"{rhythm.minute // 60:02}:{rhythm.minute % 60:02}",
        next=f"{local} ({rhythm.zone})" if local else "",
        timed=kind != "publish",
    )


def _local(at: datetime) -> str:
    """A moment in the connection's own time zone."""
    if current() == ENGLISH:
        return f"{at:%a} {day(at)}, {at:%H:%M}"
    return f"{format_date(at, 'EEE dd.MM.yyyy', locale=current())}, {at:%H:%M}"


def typed(form: Mapping[str, str], days: Mapping[str, list[str]]) -> dict[JobKind, Rhythm]:
    """What a person typed: fields ``zone``, ``on-KIND``, ``time-KIND``, and the days by kind.

    Raises
    ------
    BadInput
        There is no such time zone or time, or a schedule that is on has no day.
    """
    zone = form.get("zone", "")
    if zone not in zones():
        msg = gettext("There is no time zone %(zone)s; choose one of the list.", zone=repr(zone[:60]))
        raise BadInput(msg)
    return {kind: _typed(kind, form, days.get(kind, []), zone) for kind in USUAL}


def _typed(kind: JobKind, form: Mapping[str, str], days: list[str], zone: str) -> Rhythm:
    on = form.get(f"on-{kind}") == "yes"
    if kind == "publish":
        return Rhythm(on=on, days=USUAL[kind].days, minute=0, zone=zone)
    found = TIME.fullmatch(form.get(f"time-{kind}", ""))
    if found is None:
        msg = gettext(
            "%(name)s: write the time as hours and minutes, such as 02:30.", name=gettext(NAMES[kind])
        )
        raise BadInput(msg)
    chosen = "".join(sorted({one for one in days if one in set(USUAL["sync"].days) and len(one) == 1}))
    if on and not chosen:
        msg = gettext("%(name)s: choose at least one day, or switch it off.", name=gettext(NAMES[kind]))
        raise BadInput(msg)
    return Rhythm(on=on, days=chosen, minute=60 * int(found[1]) + int(found[2]), zone=zone)
