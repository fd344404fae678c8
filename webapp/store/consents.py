"""Consents that were asked for and have not come back: the OAuth state and its PKCE verifier, used once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete

from connectors.oauth import AuthorizationRequest
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.store import tables
from webapp.store.database import Database
from webapp.store.repository import Clock, utc_now

LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """Remembers what was sent to a CRM until the browser returns."""

    database: Database
    box: SecretsBox
    clock: Clock = utc_now

    def remember(self, crm: str, user_id: str, request: AuthorizationRequest) -> None:
        """Keep the verifier under the hash of the state, for a quarter of an hour."""
        digest, now = _digest(request.state), self.clock()
        sealed = self.box.seal(request.verifier.encode(), _owner(digest, crm, user_id))
        with self.database.writing() as session:
            session.execute(delete(tables.PendingConsent).where(tables.PendingConsent.expires_at <= now))
            session.add(
                tables.PendingConsent(
                    state_hash=digest,
                    crm=crm,
                    user_id=user_id,
                    sealed_verifier=sealed,
                    expires_at=now + LIFETIME,
                )
            )

    def take(self, crm: str, user_id: str, state: str) -> str | None:
        """The verifier, once; None where this person did not ask this CRM with this state, or it is late."""
        digest = _digest(state)
        with self.database.writing() as session:
            row = session.get(tables.PendingConsent, digest, with_for_update=True)
            if row is None or row.crm != crm or row.user_id != user_id:
                return None
            session.delete(row)
            if row.expires_at <= self.clock():
                return None
            try:
                return self.box.open(row.sealed_verifier, _owner(digest, crm, user_id)).decode()
            except Unreadable:
                return None  # the master key was changed meanwhile


def _digest(state: str) -> str:
    return sha256(state.encode()).hexdigest()


def _owner(digest: str, crm: str, user_id: str) -> str:
    return f"{crm}/{user_id}/{digest}"
