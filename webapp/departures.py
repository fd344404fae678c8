"""Contacts that a CRM says are gone, or back: kept at once, and acted on as soon as it can be.

The flags go with the answer to the CRM; the leads go from the lake right after it, on a thread. Where a
job is at work, its end does it again: a pull or an audit may have brought back what it had read before.
If the process is killed, what is left is done at the next event, job or start.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from connectors.counting import Behind
from connectors.hubspot.events import Event, EventKind
from connectors.seals import DoesNotOpen
from webapp.crms import label
from webapp.current_keys import events_now
from webapp.rights.forgetting import Cause, forget
from webapp.services import Services
from webapp.store.key_rows import KeyDestroyed
from webapp.store.locks import Locked
from webapp.store.rows import ConnectionRow
from webapp.store.told_events import GONE, Outdated, Taken, ToldRow

LOG = logging.getLogger(__name__)
ERASED, DELETED = "erased on request", "deleted in the CRM"
# A restored contact whose event never came is read again after this.
BACK_AFTER = timedelta(days=1)
# How long a request may wait for the database, and the thread before it tries again.
TAKEN_AFTER, AGAIN_SECONDS = 2.0, 60.0


def receive(opened: Services, events: Sequence[Event]) -> int:
    """Keep events durably; how many of them are new.

    HubSpot waits for five seconds. Where a job writes for longer, a file takes what was told.
    """
    kept, wait = 0, TAKEN_AFTER
    for name in {event.organisation for event in events}:
        row = _connection(opened, name)
        if row is None:
            continue
        told = [one for one in events if one.organisation == name]
        try:
            kept += keep(opened, row, told, wait)
        except Taken:
            opened.intake.keep(row.id, told)
            kept, wait = kept + len(told), 0.0
    return kept


def settle(opened: Services, connection: ConnectionRow) -> None:
    """Act on what was told of one connection; it is done with once no job is at work on it.

    Trouble with the disk, or stored leads that do not open, are one sentence in the log: what is left is
    done later.
    """
    opened.intake.drain(partial(_take, opened))
    generation = opened.keys.generation(connection.id)
    rows = opened.told_events.pending(connection.id)
    if not rows:
        return
    try:
        _act(opened, connection, rows)
        # The lock is held for a moment only, so that no job finds it taken for long.
        with opened.one_job(connection):
            # Where the key was rotated meanwhile, those were no keys any more: the end of that job does it.
            if opened.keys.generation(connection.id) == generation:
                opened.told_events.settle(rows)
                _forget_erased(opened, connection, rows)
    except (Locked, KeyDestroyed):
        return
    except (DoesNotOpen, Behind) as problem:
        LOG.warning("What %s said is gone could not be erased yet: %s.", label(connection), problem)
    except OSError as error:
        LOG.warning("What HubSpot said is gone could not be erased yet (%s).", error.strerror)
    except sqlite3.Error:
        LOG.warning("What HubSpot said is gone could not be erased from the decision log yet.")


def settle_all(opened: Services) -> None:
    """Act on everything that waits."""
    opened.intake.drain(partial(_take, opened))
    for connection_id in opened.told_events.waiting():
        row = opened.repository.connection(connection_id)
        if row is not None:
            settle(opened, row)


def comparison_wanted(opened: Services, connection: ConnectionRow) -> bool:
    """Whether contacts came back about the time of the last sync or since: no date of theirs need tell it.

    Or the stored leads were put back from a backup since.
    """
    last = opened.syncs.latest(connection.id)
    restored: tuple[EventKind, ...] = ("restored",)
    if last is None:
        return False
    came_back = opened.told_events.any_since(connection.id, restored, last.made_at - BACK_AFTER)
    return came_back or opened.erased.was_put_back(connection.id, last.made_at)


@dataclass(slots=True)
class Settling:
    """The thread of one process that acts on events; there is never more than one."""

    opened: Services
    _wanted: threading.Event = field(default_factory=threading.Event)
    _busy: threading.Lock = field(default_factory=threading.Lock)

    def wake(self) -> None:
        """See that what waits is acted on soon; it does not wait for it."""
        self._wanted.set()
        if not self._busy.locked():
            threading.Thread(target=self._run, name="settling", daemon=True).start()

    def _run(self) -> None:
        while self._wanted.is_set() and self._busy.acquire(blocking=False):
            try:
                self._wanted.clear()
                settle_all(self.opened)
            except Exception:  # noqa: BLE001 - a thread has nobody to raise to
                # The rows are still there; values of the error may hold what must not be logged.
                LOG.warning("What HubSpot said is gone could not be erased yet.")
                again = threading.Timer(AGAIN_SECONDS, self.wake)
                again.daemon = True
                again.start()
            finally:
                self._busy.release()


def _connection(opened: Services, organisation: str) -> ConnectionRow | None:
    row = opened.repository.connection_for("hubspot", organisation)
    return row if row is not None and row.state != "disconnected" else None


def _take(opened: Services, connection_id: str, events: Sequence[Event]) -> None:
    """Keep what a file held, unless the connection has ended meanwhile."""
    row = opened.repository.connection(connection_id)
    if row is not None and row.state != "disconnected":
        keep(opened, row, events, None)


def _forget_erased(opened: Services, connection: ConnectionRow, rows: Sequence[ToldRow]) -> None:
    """Who was erased for good leaves nothing but a tombstone, also where the CRM tells of them later."""
    known = opened.erased.known(connection.id)
    gone = [row.lead for row in rows if row.kind == "erased" or known.get(row.lead.hex, 0) is None]
    if gone:
        opened.told_events.forget_leads(connection.id, gone)
        opened.database.scrub()


def keep(opened: Services, row: ConnectionRow, events: Sequence[Event], wait: float | None) -> int:
    """Keep events under the lead keys of today, also while the key is being rotated. May raise Taken."""
    while True:
        now = events_now(opened, row, events)
        with suppress(Outdated):
            return opened.told_events.keep(row.id, now, wait)


def _act(opened: Services, connection: ConnectionRow, rows: Sequence[ToldRow]) -> None:
    fates = opened.told_events.fates(connection.id, {row.lead for row in rows})
    by_kind = {kind: [lead for lead, fate in fates.items() if fate == kind] for kind in (*GONE, "restored")}
    lake, place = opened.lake, (connection.crm, connection.organisation)
    for_now = by_kind["deleted"] + by_kind["merged"]
    forget(opened, connection, by_kind["erased"], Cause(words=ERASED))
    until = (opened.clock() + BACK_AFTER).timestamp()
    forget(opened, connection, for_now, Cause(words=DELETED, until=until))
    if by_kind["restored"]:
        lake.readmit(*place, *by_kind["restored"])
