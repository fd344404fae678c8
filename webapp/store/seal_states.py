"""Whether what is sealed under the keys of the settings opens with them, without changing any of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from webapp.secrets_box import SecretsBox, Unreadable
from webapp.store import tables
from webapp.store.database import Database
from webapp.store.organisation_key_tables import OrganisationKey
from webapp.store.organisation_keys import WRAPPED, owner_of

SealState = Literal["newest", "older", "shut"]
"""``newest``: by the key in force. ``older``: opens, with a key of before. ``shut``: does not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealStates:
    """Of all connections. ``keys`` wraps the organisations' keys, ``grants`` the tokens of the CRMs."""

    database: Database
    keys: SecretsBox
    grants: SecretsBox

    def of_keys(self, connection_id: str) -> frozenset[SealState]:
        """How the secrets of a connection's organisation are; nothing where it has none."""
        query = select(OrganisationKey).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            rows = list(session.scalars(query))
        return frozenset(state for row in rows for state in self._of_row(row))

    def of_grant(self, connection_id: str) -> SealState | None:
        """How the tokens of a connection are; None where it has none."""
        with self.database.reading() as session:
            row = session.get(tables.StoredGrant, connection_id)
        return None if row is None else _state(self.grants, row.sealed, connection_id)

    def _of_row(self, row: OrganisationKey) -> Iterator[SealState]:
        for name in WRAPPED:
            wrapped: bytes | None = getattr(row, name)
            if wrapped is not None:
                yield _state(self.keys, wrapped, owner_of(row.connection_id, row.generation, name))


def _state(box: SecretsBox, sealed: bytes, owner: str) -> SealState:
    try:
        box.open(sealed, owner)
    except Unreadable:
        return "shut"
    return "newest" if box.is_newest(sealed) else "older"
