"""The watched gaps of each connection: their sequences, what each day said, and what was surely found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, defer

from webapp.store.database import Database
from webapp.store.gap_tables import GapAlarm, GapSequence, WatchedGap
from webapp.store.tables import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceRow:
    """One sequence, as `webapp.store.gap_tables.GapSequence` says of each field."""

    id: str
    connection_id: str
    metric: str
    attribute: str
    reference: str
    special: bool
    rules: Mapping[str, Any]
    why: list[str]
    begun_at: datetime
    ended_at: datetime | None
    closed: date | None
    late: int
    stream_version: int
    policy_version: int
    counts: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One watched gap, as `webapp.store.gap_tables.WatchedGap` says of each field."""

    id: str
    sequence_id: str
    connection_id: str
    name: str
    verdict: str
    evidence: float
    told: Mapping[str, Any]
    looks: bytes | None = field(repr=False)
    state: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """One alarm, as `webapp.store.gap_tables.GapAlarm` says of each field."""

    id: str
    connection_id: str
    audit_id: str
    kind: str
    metric: str
    attribute: str
    name: str
    reference: str
    special: bool
    day: date
    said_at: datetime
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a pull brought to one sequence. ``ended`` is the id of the one that ends, "" for none."""

    sequence: SequenceRow
    gaps: tuple[GapRow, ...]
    alarms: tuple[AlarmRow, ...]
    ended: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedGaps:
    """Of all connections. Every method is one transaction."""

    database: Database

    def keep(self, brought: Brought) -> bool:
        """Keep what a pull brought, whole or not at all; False where the connection has ended."""
        row = brought.sequence
        with self.database.writing() as session:
            connection = session.get(Connection, row.connection_id, with_for_update=True)
            if connection is None or connection.state == "disconnected":
                return False
            before = session.get(GapSequence, brought.ended) if brought.ended else None
            if before is not None:
                before.ended_at = row.begun_at
                _forget_states(session, before.id)
            session.merge(GapSequence(**_values(row)))
            session.flush()
            for gap in brought.gaps:
                session.merge(WatchedGap(**_values(gap)))
            for alarm in brought.alarms:
                if session.get(GapAlarm, alarm.id) is None:
                    session.add(GapAlarm(**_values(alarm)))
            return True

    def end(self, sequence_ids: Collection[str], at: datetime) -> None:
        """End sequences that nothing follows: the stream has no longer what they are about."""
        with self.database.writing() as session:
            for name in sequence_ids:
                session.get_one(GapSequence, name).ended_at = at
                _forget_states(session, name)

    def sequences(self, connection_id: str, *, going_on: bool = False) -> tuple[SequenceRow, ...]:
        """Those of a connection, the oldest first."""
        query = select(GapSequence).filter_by(connection_id=connection_id)
        if going_on:
            query = query.where(GapSequence.ended_at.is_(None))
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(GapSequence.begun_at, GapSequence.id))
            return tuple(SequenceRow(**_fields(row, SequenceRow)) for row in rows)

    def gaps(self, sequence_ids: Collection[str]) -> tuple[GapRow, ...]:
        """The gaps of some sequences, without what was known after each day."""
        query = select(WatchedGap).options(defer(WatchedGap.looks), defer(WatchedGap.state))
        query = query.where(WatchedGap.sequence_id.in_(sequence_ids)).order_by(WatchedGap.id)
        with self.database.reading() as session:
            return tuple(_light(row) for row in session.scalars(query))

    def whole(self, sequence_id: str) -> tuple[GapRow, ...]:
        """The gaps of one sequence with all that is kept of them."""
        query = select(WatchedGap).filter_by(sequence_id=sequence_id).order_by(WatchedGap.id)
        with self.database.reading() as session:
            return tuple(GapRow(**_fields(row, GapRow)) for row in session.scalars(query))

    def looks(self, gap_ids: Collection[str]) -> Mapping[str, bytes]:
        """What was known of some gaps after each day, sealed, by their ids."""
        query = select(WatchedGap.id, WatchedGap.looks).where(WatchedGap.id.in_(gap_ids))
        with self.database.reading() as session:
            return {row.id: row.looks for row in session.execute(query) if row.looks is not None}

    def alarms(self, connection_id: str) -> tuple[AlarmRow, ...]:
        """Every alarm of a connection, the newest first."""
        query = select(GapAlarm).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(GapAlarm.said_at.desc(), GapAlarm.day.desc(), GapAlarm.id))
            return tuple(AlarmRow(**_fields(row, AlarmRow)) for row in rows)

    def holds(self, connection_id: str) -> bool:
        """Whether anything sealed is kept of a connection."""
        query = select(func.count()).select_from(GapSequence).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return bool(session.scalar(query))

    def remove(self, connection_id: str) -> None:
        """Remove the sequences of a connection; its alarms stay in the record, as its audits do."""
        with self.database.writing() as session:
            session.execute(delete(WatchedGap).filter_by(connection_id=connection_id))
            session.execute(delete(GapSequence).filter_by(connection_id=connection_id))


def _forget_states(session: Session, sequence_id: str) -> None:
    """What ended needs no next day."""
    for gap in session.scalars(select(WatchedGap).filter_by(sequence_id=sequence_id)):
        gap.state = None


def _light(row: WatchedGap) -> GapRow:
    names = [name for name in GapRow.__slots__ if name not in {"looks", "state"}]
    return GapRow(**{name: getattr(row, name) for name in names}, looks=None, state=None)


def _fields(row: object, kind: type) -> dict[str, Any]:
    return {name: getattr(row, name) for name in kind.__slots__}  # type: ignore[attr-defined]


def _values(row: object) -> dict[str, Any]:
    return _fields(row, type(row))
