"""What the database knows of the stored leads: how far they have come, and who must not come back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Delete, delete, insert, select
from sqlalchemy.orm import Session

from connectors.counting import NOTHING, Changes, Numbers
from webapp.store.database import Database
from webapp.store.erased_lead_tables import ErasedLead, LakeCount
from webapp.store.repository import Clock, utc_now

PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedLeads:
    """Of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def numbers(self, connection_id: str) -> Numbers:
        """How far the leads have come."""
        with self.database.reading() as session:
            row = session.get(LakeCount, connection_id)
            return NOTHING if row is None else Numbers(state=row.state, erasures=row.erasures)

    def known(self, connection_id: str) -> dict[str, int | None]:
        """The keys that must not come back, each with the second until which; None for good."""
        query = select(ErasedLead.lead_key, ErasedLead.until).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return {row.lead_key: row.until for row in session.execute(query)}

    def holds(self, connection_id: str, lead: str) -> bool:
        """Whether one lead (`LeadKey.hex`) must not come back now."""
        with self.database.reading() as session:
            row = session.get(ErasedLead, (connection_id, lead))
            return row is not None and (row.until is None or row.until > self.clock().timestamp())

    def note(self, connection_id: str, changes: Changes) -> None:
        """Know of what was written into the folder."""
        with self.database.writing() as session:
            if changes.removed:
                forget(session, connection_id)
                return
            row = _row(session, connection_id)
            row.state, row.erasures = changes.state or row.state, changes.erasures or row.erasures
            session.execute(delete(ErasedLead).where(ErasedLead.until < int(self.clock().timestamp())))
            back = delete(ErasedLead).where(ErasedLead.until.is_not(None))
            _each(session, connection_id, changes.back, back)
            _each(session, connection_id, changes.away, delete(ErasedLead))
            more = [
                {"connection_id": connection_id, "lead_key": key, "until": until}
                for key, until in changes.away.items()
            ]
            if more:
                session.execute(insert(ErasedLead), more)

    def forget(self, connection_id: str) -> None:
        """Know nothing of a connection's leads any more."""
        with self.database.writing() as session:
            forget(session, connection_id)

    def put_back(self, connection_id: str) -> None:
        """Remember that the folder was found to be older: the next sync compares everything."""
        with self.database.writing() as session:
            _row(session, connection_id).put_back_at = self.clock()

    def was_put_back(self, connection_id: str, since: datetime) -> bool:
        """Whether the folder was found to be older since a moment."""
        with self.database.reading() as session:
            row = session.get(LakeCount, connection_id)
            return row is not None and row.put_back_at is not None and row.put_back_at >= since


def forget(session: Session, connection_id: str) -> None:
    """Know nothing of a connection's leads any more, within a transaction."""
    for table in (ErasedLead, LakeCount):
        session.execute(delete(table).filter_by(connection_id=connection_id))


def _row(session: Session, connection_id: str) -> LakeCount:
    row = session.get(LakeCount, connection_id)
    if row is None:
        row = LakeCount(connection_id=connection_id, state=0, erasures=0)
        session.add(row)
    return row


def _each(session: Session, connection_id: str, keys: Collection[str], chosen: Delete) -> None:
    ours, named = chosen.filter_by(connection_id=connection_id), sorted(keys)
    for start in range(0, len(named), PORTION):
        session.execute(ours.where(ErasedLead.lead_key.in_(named[start : start + PORTION])))
