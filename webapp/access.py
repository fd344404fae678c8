"""Looks after the access to the CRMs: whether it still works, that it does not lapse, how it is encrypted."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.crms import consent, source_for
from webapp.outcomes import CHECK, clear_note_of, noting
from webapp.services import Services
from webapp.store.rows import ConnectionRow, ConnectionState
from webapp.viewmodels.dashboard import STATUS

# States that a successful check disproves. That the last pull did not finish stays true.
_DISPROVED: frozenset[ConnectionState] = frozenset({"consent_needed", "org_gone", "busy", "limit_reached"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a check found: the state, its name, why, and what to do ("" where all is well)."""

    connection: ConnectionRow
    words: str
    note: str
    mend: str


def check(opened: Services, connection: ConnectionRow) -> Access:
    """Renew the access token and read the list of fields; the connection's state says what came of it.

    Renewing is what keeps a refresh token from lapsing (30 days without use, where the admin set that), so
    that this wants to be run every week.

    Raises
    ------
    Refused, Busy
        The access does not work; the state and the note say why.
    """
    with noting(opened, connection, CHECK):
        grants = opened.grants(connection.id)
        grants.renew(grants.load(), consent(opened.settings, connection.crm).renew)
        source_for(opened, connection).describe()
    row = opened.repository.connection(connection.id)
    if row is not None and row.state in _DISPROVED:
        opened.repository.move_state(connection.id, "connected", "", {"disconnected"})
    clear_note_of(opened, connection, CHECK)
    return told(opened, connection)


def told(opened: Services, connection: ConnectionRow) -> Access:
    """The state of a connection as it stands now, in words."""
    row = opened.repository.connection(connection.id) or connection
    status = STATUS[row.state]
    return Access(connection=row, words=status.words, note=row.note, mend=status.mend)


def reseal(opened: Services) -> int:
    """Encrypt the tokens of every connection with the newest key; how many were moved to it.

    Raises
    ------
    Refused
        A grant does not open with any key: its key was taken out of the settings too early.
    """
    return sum(opened.grants(row.id).reseal() for row in opened.repository.connections())
