"""What a CRM told by webhook: kept before it is answered, acted on after, known when it comes again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from connectors.hubspot.events import Event, EventKind
from connectors.pseudonym import LeadKey
from webapp.store import tables
from webapp.store.answers import forget_answers
from webapp.store.database import Database
from webapp.store.key_in_force import generation_held
from webapp.store.repository import Clock, utc_now

# HubSpot tries again for a day; what came out of order is put in order for much longer.
REMEMBERED = timedelta(days=30)
GONE: frozenset[EventKind] = frozenset({"erased", "deleted", "merged"})
PORTION = 500


class Taken(Exception):
    """The database is being written to by others for too long."""


class Outdated(Exception):
    """The key of the organisation was rotated meanwhile: the leads have other keys now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """One event that has not been acted on."""

    digest: str
    kind: EventKind
    lead: LeadKey
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvents:
    """The events of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def keep(self, connection_id: str, events: Sequence[Event], wait: float | None = None) -> int:
        """Keep the events that are new; how many. The flags of leads that are gone go in the same breath.

        Raises
        ------
        Taken
            Others write for longer than ``wait`` seconds; nothing is kept.
        Outdated
            An event's lead key is not of the generation in force; nothing is kept.
        """
        for last in (False, False, False, True):
            try:
                return self._kept(connection_id, events, wait)
            except IntegrityError:
                # One of them came to another process in this very moment.
                if last:
                    raise
            except OperationalError:
                if wait is None:
                    raise
                break
        raise Taken

    def pending(self, connection_id: str) -> tuple[ToldRow, ...]:
        """What has not been acted on, in the order in which it happened."""
        query = select(tables.ToldEvent).filter_by(connection_id=connection_id, settled=False)
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(tables.ToldEvent.occurred_at, tables.ToldEvent.digest))
            return tuple(_row(row) for row in rows)

    def waiting(self) -> tuple[str, ...]:
        """The ids of the connections with something pending."""
        query = select(tables.ToldEvent.connection_id).filter_by(settled=False).distinct()
        with self.database.reading() as session:
            return tuple(session.scalars(query))

    def fates(self, connection_id: str, leads: Collection[LeadKey]) -> dict[LeadKey, EventKind]:
        """What has become of each of some leads, in whatever order it was told.

        Who was erased stays erased; else it is what happened last.
        """
        found: dict[LeadKey, ToldRow] = {}
        with self.database.reading() as session:
            for portion in _portions([lead.hex for lead in leads]):
                query = select(tables.ToldEvent).filter_by(connection_id=connection_id)
                for row in map(_row, session.scalars(query.where(tables.ToldEvent.lead_key.in_(portion)))):
                    found[row.lead] = max(row, found.get(row.lead, row), key=_weight)
        return {lead: row.kind for lead, row in found.items()}

    def any_since(self, connection_id: str, kinds: Collection[EventKind], moment: datetime) -> bool:
        """Whether an event of some kinds came since a moment."""
        query = select(tables.ToldEvent.digest).filter_by(connection_id=connection_id)
        query = query.where(tables.ToldEvent.kind.in_(kinds), tables.ToldEvent.received_at >= moment)
        with self.database.reading() as session:
            return session.scalar(query.limit(1)) is not None

    def newest(self, connection_id: str) -> datetime | None:
        """When the newest event came that is still kept; None where none is."""
        query = select(func.max(tables.ToldEvent.received_at)).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return session.scalar(query)

    def settle(self, rows: Sequence[ToldRow]) -> None:
        """Record that some were acted on."""
        with self.database.writing() as session:
            for portion in _portions([row.digest for row in rows]):
                chosen = tables.ToldEvent.digest.in_(portion)
                session.execute(update(tables.ToldEvent).where(chosen).values(settled=True))

    def count(self, connection_id: str, lead: LeadKey) -> int:
        """How many events of one lead are kept."""
        query = select(func.count()).select_from(tables.ToldEvent)
        with self.database.reading() as session:
            found = session.scalar(query.filter_by(connection_id=connection_id, lead_key=lead.hex))
        return found or 0

    def forget_leads(self, connection_id: str, leads: Collection[LeadKey]) -> int:
        """Remove every event of some leads; how many there were."""
        with self.database.writing() as session:
            chosen = delete(tables.ToldEvent).filter_by(connection_id=connection_id)
            return sum(
                session.execute(chosen.where(tables.ToldEvent.lead_key.in_(portion))).rowcount  # type: ignore[attr-defined]
                for portion in _portions([lead.hex for lead in leads])
            )

    def forget(self, connection_id: str) -> None:
        """Remove every event of a connection."""
        with self.database.writing() as session:
            session.execute(delete(tables.ToldEvent).filter_by(connection_id=connection_id))

    def drop_flags(self, connection_id: str, leads: Collection[LeadKey]) -> int:
        """Forget the flags of some leads; how many there were."""
        with self.database.writing() as session:
            return drop_leads(session, connection_id, leads)

    def _kept(self, connection_id: str, events: Sequence[Event], wait: float | None) -> int:
        now = self.clock()
        with self.database.writing(wait) as session:
            _refuse_outdated(session, connection_id, {event.generation for event in events})
            session.execute(delete(tables.ToldEvent).where(_old(now)))
            known = _known(session, [event.digest for event in events])
            fresh = [event for event in events if event.digest not in known]
            session.add_all(_stored(connection_id, event, now) for event in fresh)
            drop_leads(session, connection_id, [event.lead for event in fresh if event.kind in GONE])
        return len(fresh)


def _weight(row: ToldRow) -> tuple[bool, datetime, bool]:
    return row.kind == "erased", row.at, row.kind != "restored"


def _old(now: datetime) -> ColumnElement[bool]:
    return and_(tables.ToldEvent.received_at < now - REMEMBERED, tables.ToldEvent.settled)


def _known(session: Session, digests: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for portion in _portions(digests):
        found |= set(
            session.scalars(select(tables.ToldEvent.digest).where(tables.ToldEvent.digest.in_(portion)))
        )
    return found


def _refuse_outdated(session: Session, connection_id: str, generations: set[int]) -> None:
    now = generation_held(session, connection_id, shared=True)
    if now is not None and not generations <= {now}:
        raise Outdated


def drop_leads(session: Session, connection_id: str, leads: Collection[LeadKey]) -> int:
    """Forget the flags of some leads and the answers to them, within a transaction; how many flags."""
    chosen = delete(tables.LeadFlag).filter_by(connection_id=connection_id)
    # The flags first: who answers just now holds one, and that answer goes too.
    gone = sum(
        session.execute(chosen.where(tables.LeadFlag.lead_key.in_(portion))).rowcount  # type: ignore[attr-defined]
        for portion in _portions([lead.hex for lead in leads])
    )
    forget_answers(session, connection_id, [lead.hex for lead in leads])
    return gone


def _portions(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """A statement takes some hundred names at most."""
    return (names[start : start + PORTION] for start in range(0, len(names), PORTION))


def _stored(connection_id: str, event: Event, now: datetime) -> tables.ToldEvent:
    return tables.ToldEvent(
        digest=event.digest,
        connection_id=connection_id,
        lead_key=event.lead.hex,
        kind=event.kind,
        occurred_at=event.at,
        received_at=now,
        settled=False,
    )


def _row(row: tables.ToldEvent) -> ToldRow:
    return ToldRow(
        digest=row.digest,
        kind=row.kind,  # type: ignore[arg-type]  # one of the four words, as it was stored
        lead=LeadKey(bytes.fromhex(row.lead_key)),
        at=row.occurred_at,
    )
