"""The one way in which leads are forgotten, whoever asks: a sync, a webhook, a form, a command.

Every place that holds something of a single lead is named here: the lake (its row with the scores of earlier
pulls, the list of who was turned away, a pull that lies half done), the flags, and the decision log. What a
CRM told of a lead goes with them once it was acted on (`webapp.departures.settle`). An audit and its report
hold counts only; a panel reads the flags each time, so that nothing of it is kept in between.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc

from connectors.pseudonym import LeadKey
from connectors.synced import Synced
from webapp.decisions import erase as erase_logged
from webapp.language import marked
from webapp.rights.in_line import put_right, without_rows
from webapp.rights.proofs import certify
from webapp.services import Services
from webapp.store.rows import ConnectionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why leads are forgotten: ``words`` for the certificate, and how long they must stay away.

    ``until`` is in seconds since 1970; None keeps them away for good. ``rows`` counts rows that the lake
    has let go already. ``logged`` says whether the decision log forgets them too, ``tombstone``
    whether they are kept away where the lake has let them go already.
    """

    words: str
    until: float | None = None
    rows: int = 0
    logged: bool = True
    tombstone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much was erased where."""

    rows: int = 0
    flags: int = 0
    decisions: int = 0

    @property
    def any(self) -> bool:
        """Whether there was anything."""
        return bool(self.rows or self.flags or self.decisions)


def forget(opened: Services, connection: ConnectionRow, leads: Collection[LeadKey], cause: Cause) -> Erased:
    """Forget some leads everywhere, and certify it where something was held.

    What is already aggregated stays aggregated. A job that is at work may bring back a flag that it made of
    what it read before: whoever calls this does so again at the job's end.
    """
    if not leads:
        return Erased()
    put_right(opened, connection)
    place = (connection.crm, connection.organisation)
    rows = held(opened, connection, leads)
    if rows or cause.tombstone:
        opened.lake.forget(*place, *leads, until=cause.until)
    erased = Erased(
        rows=rows + cause.rows,
        flags=opened.told_events.drop_flags(connection.id, leads),
        decisions=erase_logged(opened, connection, leads) if cause.logged else 0,
    )
    opened.database.scrub()
    if erased.any:
        told = {"cause": cause.words, "erased": asdict(erased)}
        certify(opened, connection, leads, told, finished=True)
    return erased


def after_sync(opened: Services, connection: ConnectionRow, done: Synced) -> Erased:
    """Forget who is gone from the CRM, as a sync found out; who comes back is read again.

    A full pull names nobody: there it is who has a flag and is held no more. Whether they were deleted or
    are not shown any more cannot be told then, so the log keeps them for its own time of grace.
    """
    now = opened.clock().timestamp()
    gone = Cause(words=marked("gone from the CRM"), until=now, rows=done.removed, tombstone=False)
    told = forget(opened, connection, set(done.gone), gone)
    unseen = set(without_rows(opened, connection))
    untold = Cause(words=marked("no longer shown by the CRM"), until=now, logged=False, tombstone=False)
    left = forget(opened, connection, unseen, untold)
    return Erased(
        rows=told.rows + left.rows, flags=told.flags + left.flags, decisions=told.decisions + left.decisions
    )


def held(opened: Services, connection: ConnectionRow, leads: Collection[LeadKey]) -> int:
    """How many rows the lake holds of some leads, of those that were turned away too."""
    wanted = pa.array([lead.hex for lead in leads], pa.string())
    tables = opened.lake.held_keys(connection.crm, connection.organisation)
    return sum(int(pc.sum(pc.is_in(one["lead_key"], value_set=wanted)).as_py() or 0) for one in tables)
