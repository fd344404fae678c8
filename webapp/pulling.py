"""The leads of a connection into the lake, whichever CRM they come from, and what was done for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from connectors.errors import Refused
from connectors.policy.model import Policy
from connectors.source import Batch, Source
from connectors.synced import Synced, Wish
from webapp.crms import label, salesforce_source, source_for
from webapp.erasure import is_disconnected
from webapp.outcomes import PULL, noting
from webapp.services import Services
from webapp.store.rows import ConnectionRow

Progress = Callable[[str, int, int | None], None]
"""Told the step in words, how much of it is done, and the whole (None where it is not known)."""
Wanted = Literal["", "full", "reconcile"]
STEP = "Pulling leads"


def pull(
    opened: Services, connection: ConnectionRow, policy: Policy, progress: Progress, wish: Wish
) -> Synced:
    """Bring the lake up to date and remember how; an error leaves both as they were.

    Raises
    ------
    BadInput, Refused, Busy
        The pull did not come to its end.
    """
    with noting(opened, connection, PULL):
        if connection.crm == "salesforce":
            done = _salesforce(opened, connection, policy, progress, wish)
        else:
            done = _whole(opened, connection, policy, progress)
    opened.syncs.add(connection.id, done)
    return done


def _salesforce(
    opened: Services, connection: ConnectionRow, policy: Policy, progress: Progress, wish: Wish
) -> Synced:
    def watch(read: int, total: int) -> None:
        _refuse_if_disconnected(opened, connection)
        progress(STEP, read, total)

    watched = Wish(score=wish.score, wanted=wish.wanted, watch=watch)
    return salesforce_source(opened, connection).sync(opened.lake, policy, watched)


def _whole(opened: Services, connection: ConnectionRow, policy: Policy, progress: Progress) -> Synced:
    """Everything anew."""
    source = source_for(opened, connection)
    batches = _while_connected(opened, connection, _watched(source, policy, progress))
    account = opened.lake.write(connection.crm, connection.organisation, batches)
    return Synced(kind="full", why="Everything was read.", run=account, whole=account, added=account.kept)


def _watched(source: Source, policy: Policy, progress: Progress) -> Iterable[Batch]:
    done, total = 0, source.count()
    progress(STEP, 0, total)
    for batch in source.pull(policy):
        done += batch.read
        progress(STEP, done, max(total, done))
        yield batch


def _while_connected(
    opened: Services, connection: ConnectionRow, batches: Iterable[Batch]
) -> Iterator[Batch]:
    """The same batches; a disconnect ends the pull even where it needs no further call to the CRM."""
    for batch in batches:
        _refuse_if_disconnected(opened, connection)
        yield batch


def _refuse_if_disconnected(opened: Services, connection: ConnectionRow) -> None:
    if is_disconnected(opened, connection):
        msg = f"{label(connection)} was disconnected while its leads were pulled; they are not kept."
        raise Refused(msg, code="not_connected")
