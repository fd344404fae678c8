"""CRM grants, encrypted in the database; a renewal happens once, however many ask (salesforce.md 1.3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from connectors.errors import ConnectorError, Refused
from connectors.oauth import Grant, spent_nothing
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.store import tables
from webapp.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseGrants:
    """The `connectors.oauth.GrantStore` of one connection."""

    database: Database
    box: SecretsBox
    connection_id: str

    def load(self) -> Grant:
        """The newest grant. Raises Refused where the connection was never made or was removed."""
        return self._read()[0]

    def _read(self) -> tuple[Grant, int]:
        with self.database.reading() as session:
            row = session.get(tables.StoredGrant, self.connection_id)
        if row is None:
            msg = "This connection has no consent any more; connect it again on the connections page."
            raise Refused(msg, code="not_connected")
        return self._opened(row.sealed), row.generation

    def renew(self, stale: Grant, refresh: Callable[[Grant], Grant]) -> Grant:
        """Replace ``stale`` through ``refresh`` once; the new grant is durable before it is returned.

        A named lock spans the call to the CRM, not a write transaction: SQLite has one writer. Should
        the lock fail (a lost connection to the database), the generation still tells what a sibling
        did: its grant is never overwritten, and a refusal that it caused is not believed.
        """
        with self.database.exclusive(self._lock):
            stored, generation = self._read()
            if stored.access_token != stale.access_token:
                return stored
            begun = self._keep(replace(stored, in_doubt=True), generation)
            return self._renewed(stored, begun, refresh)

    def _renewed(self, stored: Grant, begun: int, refresh: Callable[[Grant], Grant]) -> Grant:
        try:
            fresh = refresh(stored)
        except ConnectorError as problem:
            newest, generation = self._read()
            if isinstance(problem, Refused) and generation != begun:
                if newest.access_token != stored.access_token:
                    return newest
            elif spent_nothing(problem):
                self._keep(stored, begun)
            raise
        if self._keep(fresh, begun):
            return fresh
        return self.load()

    def save(self, grant: Grant) -> None:
        """Keep ``grant`` as the newest (a new consent); a renewal under way ends first."""
        with self.database.exclusive(self._lock):
            self._keep(grant)

    def reseal(self) -> bool:
        """Encrypt the grant anew where an older key still seals it; whether that was so.

        Raises
        ------
        Refused
            None of the keys opens it.
        """
        with self.database.exclusive(self._lock):
            with self.database.reading() as session:
                row = session.get(tables.StoredGrant, self.connection_id)
            if row is None or self.box.is_newest(row.sealed):
                return False
            self._keep(self._opened(row.sealed), row.generation)
            return True

    @property
    def _lock(self) -> str:
        return f"grant/{self.connection_id}"

    def _keep(self, grant: Grant, generation: int | None = None) -> int:
        """Store a grant; its new generation, or 0 where a sibling stored one after ``generation``."""
        sealed = self.box.seal(_text(grant), self.connection_id)
        with self.database.writing() as session:
            row = session.get(tables.StoredGrant, self.connection_id, with_for_update=True)
            if row is None and generation is not None:
                return 0
            row = row or self._first(session)
            if generation not in {None, row.generation}:
                return 0
            row.generation, row.sealed, row.changed_at = row.generation + 1, sealed, datetime.now(UTC)
            return row.generation

    def delete(self) -> None:
        """Forget the grant. Nothing happens where there is none; a renewal under way ends first."""
        with self.database.exclusive(self._lock), self.database.writing() as session:
            row = session.get(tables.StoredGrant, self.connection_id)
            if row is not None:
                session.delete(row)

    def _opened(self, sealed: bytes) -> Grant:
        try:
            return _grant(self.box.open(sealed, self.connection_id))
        except Unreadable:
            msg = (
                "The stored consent does not open with this master key, nor with any of "
                "FAIRLEAD_ENCRYPTION_KEYS; connect again."
            )
            raise Refused(msg, code="unreadable_grant") from None

    def _first(self, session: Session) -> tables.StoredGrant:
        row = tables.StoredGrant(connection_id=self.connection_id, generation=0)
        session.add(row)
        return row


def _text(grant: Grant) -> bytes:
    values = asdict(grant)
    values["issued_at"] = grant.issued_at.isoformat()
    values["expires_at"] = grant.expires_at.isoformat() if grant.expires_at else None
    return json.dumps(values).encode()


def _grant(plain: bytes) -> Grant:
    values: dict[str, Any] = json.loads(plain)
    values["issued_at"] = datetime.fromisoformat(values["issued_at"])
    if values["expires_at"]:
        values["expires_at"] = datetime.fromisoformat(values["expires_at"])
    values["scopes"] = tuple(values["scopes"])
    return Grant(**values)
