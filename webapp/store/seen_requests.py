"""Signed requests seen before, by every process of the installation: Canvas puts no time into them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.store import tables
from webapp.store.database import Database
from webapp.store.repository import Clock, utc_now

# Salesforce itself posts the same request again (`Sfdc.canvas.client.repost`).
TOLERANCE = timedelta(minutes=5)
# No session of Salesforce lives longer, so that an older request cannot prove its user any more.
REMEMBERED = timedelta(hours=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequests:
    """Admits a request again within five minutes of its first coming, and not after."""

    database: Database
    clock: Clock = utc_now

    def admit(self, signed_request: str) -> bool:
        """Whether the request is new, or came first a short while ago. Only its signature's hash is kept."""
        digest, now = sha256(signed_request.partition(".")[0].encode()).hexdigest(), self.clock()
        try:
            with self.database.writing() as session:
                forget_old(session, now)
                row = session.get(tables.SeenRequest, digest)
                if row is None:
                    session.add(tables.SeenRequest(digest=digest, first_at=now))
                    return True
                return now - row.first_at <= TOLERANCE
        except IntegrityError:
            return True  # it came to another process in this very moment

    def once(self, text: str) -> bool:
        """Whether this text comes for the first time; only its hash is kept, for as long as the others."""
        digest, now = sha256(f"once/{text}".encode()).hexdigest(), self.clock()
        try:
            with self.database.writing() as session:
                forget_old(session, now)
                session.add(tables.SeenRequest(digest=digest, first_at=now))
        except IntegrityError:
            return False
        return True


def forget_old(session: Session, now: datetime) -> None:
    """Forget what was seen too long ago to matter, within a transaction."""
    session.execute(delete(tables.SeenRequest).where(tables.SeenRequest.first_at < now - REMEMBERED))
