"""A connection as far as it is known here: its state, its last pull, its schedule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from webapp.crms import NAMES, connectable
from webapp.doctor.result import Result, fine, warning, wrong
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.dashboard import STATUS, status_of

ABOUT, PULLS = "Connection", "Pulls"
OLD, FIRST = timedelta(days=3), timedelta(days=2)


def state(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether the CRM still lets us in, as the last attempt found it."""
    if row.crm not in connectable(opened.settings):
        says = f"The app of {NAMES[row.crm]} is not in the settings, so nothing can be read."
        yield wrong(ABOUT, says, f"Set FAIRLEAD_{row.crm.upper()}_CLIENT_ID and what belongs to it.")
    status = status_of(row, audited=True)
    says = f"{status.words}. {row.note}".strip()
    if STATUS[row.state].kind == "failed":
        yield wrong(ABOUT, says, status.mend)
    elif status.mend:
        yield warning(ABOUT, says, status.mend)
    else:
        yield fine(ABOUT, "It is connected.")


def pulls(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether leads are read often enough for what is shown to be true."""
    now, last = opened.clock(), opened.syncs.latest(row.id)
    schedule = opened.schedules.of(row.id).get("sync")
    if schedule is not None and not schedule.rhythm.on:
        says = "No pull starts by itself: what is shown grows old, and the access may lapse."
        yield warning(PULLS, says, "Switch the schedule on, or run fairlead sync from cron.")
    if last is None and row.connected_at < now - FIRST:
        yield warning(PULLS, "It was never read.", "Go on with the first run on the page Connections.")
    elif last is not None and last.made_at < now - OLD:
        says = f"It was last read on {last.made_at:%Y-%m-%d}."
        yield warning(PULLS, says, "Look on the page Jobs why, then press Pull now there.")
    elif last is not None:
        yield fine(PULLS, f"It was last read on {last.made_at:%Y-%m-%d %H:%M} UTC.")
