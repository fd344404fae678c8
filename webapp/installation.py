"""The installation that this process's environment describes, for commands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from audit.schema import BadInput
from webapp.departures import settle_all
from webapp.environment import settings_from
from webapp.erasure import sweep
from webapp.key_order import put_all_in_order
from webapp.release_vault import bring_all_up
from webapp.services import Services, open_services
from webapp.store.rows import ConnectionRow


@contextmanager
def installation(*, orderly: bool = True) -> Iterator[Services]:
    """The services of this installation, closed at the end. Raises BadInput for settings that do not do.

    What a killed process left is put in order first. That takes the keys of the organisations: without
    ``orderly``, a command works where the master key is lost.
    """
    opened = open_services(settings_from(os.environ))
    try:
        if orderly:
            sweep(opened)
            put_all_in_order(opened)
            bring_all_up(opened)
            settle_all(opened)
        yield opened
    finally:
        opened.close()


def chosen(opened: Services, word: str | None) -> tuple[ConnectionRow, ...]:
    """The live connections that a word on the command line means: an id, an organisation or a CRM; or all.

    Raises
    ------
    BadInput
        There is none.
    """
    live = tuple(row for row in opened.repository.connections() if row.state != "disconnected")
    if word is not None:
        live = tuple(row for row in live if word in {row.id, row.organisation, row.crm})
    if live:
        return live
    known = word is not None and any(
        word in {row.id, row.organisation, row.crm} for row in opened.repository.connections()
    )
    absent = f"'{word}' is disconnected" if known else f"there is no connection '{word}'"
    what = "nothing is connected yet" if word is None else absent
    msg = f"{what}; open {opened.settings.public_url}/connections to connect a CRM"
    raise BadInput(msg)


def one_connection(opened: Services, word: str) -> ConnectionRow:
    """The only live connection that a word means. Raises BadInput where there are several, or none."""
    rows = chosen(opened, word)
    if len(rows) > 1:
        names = ", ".join(row.organisation for row in rows)
        msg = f"'{word}' means several connections ({names}); write the organisation's id instead"
        raise BadInput(msg)
    return next(iter(rows))
