"""The leads of a connection into the lake, whichever CRM they come from, and what was done for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from connectors.errors import Refused
from connectors.policy.model import Policy
from connectors.synced import Synced, Wish
from webapp.answering import with_answers
from webapp.crms import label, syncing_source
from webapp.erasure import is_disconnected
from webapp.language import marked
from webapp.outcomes import PULL, noting
from webapp.services import Services
from webapp.store.rows import ConnectionRow

Progress = Callable[[str, int, int | None], None]
"""Told the step in words, how much of it is done, and the whole (None where it is not known)."""
Wanted = Literal["", "full", "reconcile"]
STEP = marked("Pulling leads")


def pull(
    opened: Services, connection: ConnectionRow, policy: Policy, progress: Progress, wish: Wish
) -> Synced:
    """Bring the lake up to date and remember how; an error leaves both as they were.

    Raises
    ------
    BadInput, Refused, Busy
        The pull did not come to its end.
    """

    def watch(read: int, total: int) -> None:
        _refuse_if_disconnected(opened, connection)
        progress(STEP, read, total)

    with noting(opened, connection, PULL):
        done = syncing_source(opened, connection).sync(opened.lake, policy, replace(wish, watch=watch))
    done = with_answers(opened, connection, done)
    opened.syncs.add(connection.id, done)
    return done


def _refuse_if_disconnected(opened: Services, connection: ConnectionRow) -> None:
    if is_disconnected(opened, connection):
        msg = f"{label(connection)} was disconnected while its leads were pulled; they are not kept."
        raise Refused(msg, code="not_connected")
