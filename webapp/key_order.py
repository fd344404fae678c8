"""What a killed rotation, or an older version, left of an organisation's key: put in order."""

from __future__ import annotations

import logging

from connectors.seals import DoesNotOpen
from webapp.crms import label
from webapp.rights.in_line import differs, put_right
from webapp.services import Services
from webapp.store.key_rows import KeyDestroyed
from webapp.store.locks import Locked
from webapp.store.rows import ConnectionRow

LOG = logging.getLogger(__name__)


def put_in_order(opened: Services, connection: ConnectionRow) -> None:
    """Leave one generation, all of it in cipher. The caller holds the connection's job lock.

    Until the database has moved on, the generation before counts as a whole: what was prepared goes. After
    that the new one counts as a whole: what was before goes.

    Raises
    ------
    DoesNotOpen
        Folder and database are of different times, as after a backup of one of them: nothing is removed.
    """
    place = (connection.crm, connection.organisation)
    _refuse_another_time(opened, connection)
    put_right(opened, connection)
    unfinished = any(row.state == "pending" for row in opened.keys.rows(connection.id))
    if unfinished or opened.lake.is_untidy(*place):
        opened.lake.tidy(*place)
    # Last, so that whoever is killed here comes back to it.
    opened.keys.abandon(connection.id)
    if any(row.plain for row in opened.keys.rows(connection.id)):
        opened.keys.sealed(connection.id)


def put_all_in_order(opened: Services) -> None:
    """As `put_in_order` for every live connection that no job is at work on."""
    opened.keys.wipe_again()
    for row in opened.repository.connections():
        if row.state != "disconnected":
            try:
                if not _wants_it(opened, row):
                    continue
                with opened.one_job(row):
                    put_in_order(opened, row)
            except (Locked, KeyDestroyed):
                continue
            except DoesNotOpen as problem:
                LOG.warning("%s: %s.", label(row), problem)


def _refuse_another_time(opened: Services, connection: ConnectionRow) -> None:
    """Stop where the leads that lie here are those of a key before the one in force, or of a later one alone.

    A rotation that is killed leaves the state in force, whatever lies beside it.
    """
    rows = opened.keys.rows(connection.id)
    states: dict[int, str] = {row.generation: row.state for row in rows}
    # In the clear lies what was before the first key.
    ended = "destroyed" if states.get(1) == "destroyed" else "former"
    states[0] = "active" if any(row.plain for row in rows) else ended
    here = opened.lake.generations(connection.crm, connection.organisation)
    found = {states.get(number, "of a later time") for number in here}
    if "active" not in found and found - {"pending", "destroyed"}:
        raise DoesNotOpen


def _wants_it(opened: Services, row: ConnectionRow) -> bool:
    known = opened.keys.rows(row.id)
    if any(one.state == "pending" for one in known):
        return True
    live = any(one.state == "active" and not one.plain for one in known)
    return live and (opened.lake.is_untidy(row.crm, row.organisation) or differs(opened, row))
