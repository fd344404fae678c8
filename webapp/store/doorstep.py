"""What a panel asks of the database, in as few and as cheap statements as can be: it answers while a rep waits.

Each statement is built once and read as plain rows. On SQLite it needs no transaction of its own: one statement
sees one state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select

from connectors.pseudonym import Keyring
from webapp.store import tables
from webapp.store.convert import connection_row, flag_row
from webapp.store.database import Database
from webapp.store.organisation_key_tables import OrganisationKey
from webapp.store.organisation_keys import OrganisationKeys
from webapp.store.rows import ConnectionRow, FlagRow

_CONNECTION = select(*tables.Connection.__table__.columns).where(
    tables.Connection.crm == bindparam("crm"), tables.Connection.organisation == bindparam("organisation")
)
_KEYS = (
    select(*OrganisationKey.__table__.columns)
    .where(OrganisationKey.connection_id == bindparam("connection_id"))
    .order_by(OrganisationKey.generation)
)
_FLAG = select(*tables.LeadFlag.__table__.columns).where(
    tables.LeadFlag.connection_id == bindparam("connection_id"),
    tables.LeadFlag.lead_key == bindparam("lead_key"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorstep:
    """Looks, each a statement or two."""

    database: Database
    keys: OrganisationKeys

    def connection(self, crm: str, organisation: str) -> ConnectionRow | None:
        """As `Repository.connection_for`."""
        found = self._rows(_CONNECTION, crm=crm, organisation=organisation)
        return connection_row(found[0]) if found else None

    def keyring(self, connection: ConnectionRow) -> Keyring:
        """As `Services.keyring`.

        Raises
        ------
        KeyDestroyed, BadInput
            As `OrganisationKeys.held`.
        """
        rows = self._rows(_KEYS, connection_id=connection.id)
        return self.keys.opened(connection, rows).keyring

    def flag(self, connection_id: str, lead_key: str) -> FlagRow | None:
        """As `Repository.flag`."""
        found = self._rows(_FLAG, connection_id=connection_id, lead_key=lead_key)
        return flag_row(found[0]) if found else None

    def _rows(self, statement: Any, **values: str) -> Sequence[Row[Any]]:  # noqa: ANN401 - one of three selects
        with self.database.glancing() as link:
            return link.execute(statement, values).fetchall()
