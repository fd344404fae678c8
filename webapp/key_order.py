"""What a killed rotation, or an older version, left of an organisation's key: put in order."""

from __future__ import annotations

from webapp.services import Services
from webapp.store.key_rows import KeyDestroyed
from webapp.store.locks import Locked
from webapp.store.rows import ConnectionRow


def put_in_order(opened: Services, connection: ConnectionRow) -> None:
    """Leave one generation, all of it in cipher. The caller holds the connection's job lock.

    Until the database has moved on, the generation before counts as a whole: what was prepared goes. After
    that the new one counts as a whole: what was before goes.
    """
    place = (connection.crm, connection.organisation)
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
        if row.state != "disconnected" and _wants_it(opened, row):
            try:
                with opened.one_job(row):
                    put_in_order(opened, row)
            except (Locked, KeyDestroyed):
                continue


def _wants_it(opened: Services, row: ConnectionRow) -> bool:
    known = opened.keys.rows(row.id)
    if any(one.state == "pending" for one in known):
        return True
    live = any(one.state == "active" and not one.plain for one in known)
    return live and opened.lake.is_untidy(row.crm, row.organisation)
