"""The clock of this machine against the newest times that are stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from webapp.doctor.case import Case
from webapp.doctor.result import Result, fine, warning, wrong
from webapp.rights.certain_time import JUMP
from webapp.services import Services

ABOUT = "Clock"
BEHIND = timedelta(minutes=5)
MEND = "Set the clock by NTP."


def clock(case: Case) -> Iterator[Result]:
    """Whether it is behind what is stored already, or has jumped ahead."""
    opened = case.opened
    if opened is None:
        return
    now, certain = opened.clock(), opened.certain.last()
    newest = max(filter(None, (certain, _newest_event(opened))), default=now)
    if newest > now + BEHIND:
        says = f"It says {now:%Y-%m-%d %H:%M} UTC, and something is stored of {newest:%Y-%m-%d %H:%M} UTC."
        yield wrong(ABOUT, says, f"{MEND} Until then ages and sign-ins count wrongly.")
    elif certain is not None and now > certain + JUMP:
        says = (
            f"It says {now:%Y-%m-%d}, and the last job ran on {certain:%Y-%m-%d}: nothing is deleted by age."
        )
        yield warning(ABOUT, says, f"{MEND} If it is right, run fairlead retention believe-clock.")
    else:
        yield fine(ABOUT, "It fits what is stored.")


def _newest_event(opened: Services) -> datetime | None:
    events = opened.accounts.events(1)
    return events[0].at if events else None
