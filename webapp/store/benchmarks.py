"""What the quarters of each connection are held against, and what people say they changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from webapp.store.benchmark_tables import Benchmark, ChangeNote
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.repository import Clock, short_id, utc_now

MOST_NOTES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkRow:
    """One benchmark, as `webapp.store.benchmark_tables.Benchmark` says of each field."""

    connection_id: str
    attribute: str
    metric: str
    kind: str
    value: float
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """What somebody says was changed on a day."""

    id: str
    connection_id: str
    day: date
    words: str
    who: str
    at: datetime


Named = tuple[str, str, str]
"""Attribute, metric and kind of a benchmark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmarks:
    """Of all connections. Every method is one transaction, and each change is in the trail."""

    database: Database
    clock: Clock = utc_now

    def all(self, connection_id: str) -> tuple[BenchmarkRow, ...]:
        """Those of a connection, by attribute and metric."""
        table = Benchmark
        query = select(table).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            rows = session.scalars(query.order_by(table.attribute, table.metric, table.kind))
            return tuple(
                BenchmarkRow(**{name: getattr(row, name) for name in BenchmarkRow.__slots__}) for row in rows
            )

    def set(self, connection_id: str, named: Named, value: float, who: str) -> None:
        """Set one, in place of the one before."""
        attribute, metric, kind = named
        now = self.clock()
        row = Benchmark(
            connection_id=connection_id,
            attribute=attribute,
            metric=metric,
            kind=kind,
            value=value,
            who=who,
            at=now,
        )
        detail = f"{attribute}, {metric}: {kind} {value:.4g}"
        with self.database.writing() as session:
            session.merge(row)
            session.add(noted(now, who, "benchmark set", connection_id, detail))

    def remove(self, connection_id: str, named: Named, who: str) -> bool:
        """Take one away; False where there is none."""
        with self.database.writing() as session:
            row = session.get(Benchmark, (connection_id, *named))
            if row is None:
                return False
            session.delete(row)
            session.add(noted(self.clock(), who, "benchmark removed", connection_id, ", ".join(named)))
            return True

    def notes(self, connection_id: str) -> tuple[NoteRow, ...]:
        """What people say was changed, the newest day first."""
        query = select(ChangeNote).filter_by(connection_id=connection_id)
        query = query.order_by(ChangeNote.day.desc(), ChangeNote.at.desc()).limit(MOST_NOTES)
        with self.database.reading() as session:
            return tuple(
                NoteRow(**{name: getattr(row, name) for name in NoteRow.__slots__})
                for row in session.scalars(query)
            )

    def note(self, connection_id: str, day: date, words: str, who: str) -> None:
        """Write down what was changed on a day."""
        now, name = self.clock(), short_id()
        row = ChangeNote(id=name, connection_id=connection_id, day=day, words=words, who=who, at=now)
        with self.database.writing() as session:
            session.add(row)
            session.add(noted(now, who, "change noted", connection_id, f"{day.isoformat()}: {words}"))
