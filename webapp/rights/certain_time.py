"""Nothing is deleted for its age on the word of a clock that jumped.

A machine whose clock is years ahead would find every lead and every entry of the decision log too old. So the
age counts up to the last moment that was certain, which the clock moves on by so many days at most between
two jobs. What lies beyond is believed once a person says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.services import Services

JUMP = timedelta(days=45)
MEND = (
    "The clock of this server says {now:%Y-%m-%d}, and the last job ran on {last:%Y-%m-%d}: nothing else is "
    "deleted for its age until that is clear. Set the clock right; if it is right, run fairlead retention "
    "believe-clock."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certain:
    """The moment that ages count up to, and a sentence where that is not what the clock says ("")."""

    now: datetime
    doubt: str = ""


def certain_now(opened: Services) -> Certain:
    """The moment that ages count up to now. One of a clock that runs on as usual is remembered."""
    now, last = opened.clock(), opened.certain.last()
    if last is not None and now > last + JUMP:
        return Certain(now=last, doubt=MEND.format(now=now, last=last))
    if last is None or now > last:
        opened.certain.keep(now)
    return Certain(now=now)


def believe(opened: Services, who: str) -> datetime:
    """Take what the clock says for certain, as a person said; the moment."""
    now = opened.clock()
    opened.certain.keep(now)
    opened.accounts.record(who, "clock believed", "installation", f"{now:%Y-%m-%d %H:%M} UTC")
    return now
