"""The end of a connection's data: what was pulled goes when its CRM is disconnected, or as soon as it can.

Erasing waits for a job under way, which does it at its end. If that job is killed, or the disk
refuses, a sweep finds what is left: at the start of every command and of the web application.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import suppress

from audit.schema import BadInput
from webapp.crms import label
from webapp.decisions import empty, holds
from webapp.drift_watch.sealed import looks_at
from webapp.expecting import expectations_of
from webapp.gap_watch.outcome_audits import outcome_store
from webapp.rights.parting import certify_parting, finish_parting
from webapp.services import Services
from webapp.store.locks import Locked
from webapp.store.not_kept_up import NotUpToDate
from webapp.store.releases import owner_of
from webapp.store.rows import ConnectionRow

LOG = logging.getLogger(__name__)
# Who the audit trail names where a disconnect was cut short.
HERE = "Fairlead, after the disconnect"


def erase(opened: Services, connection: ConnectionRow) -> bool:
    """Erase the leads and the flags of a disconnected CRM; False where a job under way will do it.

    A connection that was made again meanwhile keeps what it has.

    Raises
    ------
    BadInput
        The disk refused; the sentence says why.
    """
    try:
        with opened.one_job(connection):
            if is_disconnected(opened, connection):
                _remove(opened, connection)
    except Locked:
        return False
    return True


def is_disconnected(opened: Services, connection: ConnectionRow) -> bool:
    """Whether the admin has ended this connection, as the database knows now."""
    row = opened.repository.connection(connection.id)
    return row is not None and row.state == "disconnected"


def left_over(opened: Services) -> tuple[ConnectionRow, ...]:
    """The disconnected CRMs whose leads or flags are not all erased yet."""
    return tuple(
        row for row in opened.repository.connections() if row.state == "disconnected" and _holds(opened, row)
    )


def sweep(opened: Services) -> None:
    """Erase what an earlier disconnect left; trouble is one sentence in the log, and stops nothing."""
    for row in left_over(opened):
        try:
            erase(opened, row)
        except BadInput as problem:
            LOG.warning("%s", problem)


def _holds(opened: Services, row: ConnectionRow) -> bool:
    held = opened.lake.holds(row.crm, row.organisation) or opened.repository.has_flags(row.id)
    held = held or opened.answers.newest(row.id) is not None or opened.experiments.holds(row.id)
    held = held or opened.shadows.holds(row.id) or opened.watched_gaps.holds(row.id)
    held = held or opened.explanations.holds(row.id)
    held = held or looks_at(opened).holds(row.id)
    held = held or expectations_of(opened).holds(row.id)
    held = held or outcome_store(opened).holds(row.id)
    held = held or bool(opened.erased.known(row.id))
    return held or opened.keys.is_held(row.id) or holds(opened, row)


def _remove(opened: Services, row: ConnectionRow) -> None:
    # While the log can still write down how much it lets go.
    with suppress(OSError, sqlite3.Error):
        empty(opened, row)
    certify_parting(opened, row)
    # First the key: from then on whatever is left, here or in a copy, cannot be read.
    opened.keys.destroy(row.id, HERE)
    opened.releases.forget_counts(owner_of(row), HERE)
    opened.repository.remove_flags(row.id)
    opened.answers.remove(row.id)
    opened.experiments.remove(row.id)
    opened.shadows.remove(row.id)
    opened.watched_gaps.remove(row.id)
    expectations_of(opened).remove(row.id)
    opened.explanations.remove(row.id)
    looks_at(opened).remove(row.id)
    outcome_store(opened).remove(row.id)
    NotUpToDate(database=opened.database).clear(row.id)
    opened.told_events.forget(row.id)
    opened.erased.forget(row.id)
    opened.database.scrub()
    try:
        opened.lake.remove(row.crm, row.organisation)
    except OSError as error:
        msg = (
            f"The leads of {label(row)} could not be erased here ({error.strerror or error}). "
            f"Mend that in {opened.lake.folder}; Fairlead tries again whenever it starts."
        )
        raise BadInput(msg) from None
    finish_parting(opened, row)
