"""The fields that a CRM described so far, and which of them an admin left out. Names and types, no values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from connectors.source import FieldInfo
from webapp.store import tables
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.policy_tables import CrmField
from webapp.store.repository import Clock, utc_now

LONGEST = 255
"""No CRM names a field longer; what does is not remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownField:
    """A described field; ``dismissed_by`` is "" while nobody left it out."""

    info: FieldInfo
    first_seen: datetime
    dismissed_by: str
    dismissed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmFields:
    """What is known of each CRM's fields. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def of(self, connection_id: str) -> tuple[KnownField, ...]:
        """The fields of the newest listing, by name."""
        query = select(CrmField).filter_by(connection_id=connection_id, listed=True).order_by(CrmField.name)
        with self.database.reading() as session:
            return tuple(_known(row) for row in session.scalars(query))

    def first_seen(self, connection_id: str) -> Mapping[str, datetime]:
        """When each field of the newest listing was first seen; a tenth of what `of` costs."""
        query = select(CrmField.name, CrmField.first_seen).filter_by(connection_id=connection_id, listed=True)
        with self.database.reading() as session:
            return dict(session.execute(query).all())

    def remember(self, connection_id: str, fields: Iterable[FieldInfo]) -> None:
        """Take what a CRM describes now as its fields; first sights and what was left out are kept."""
        listed = {field.name: field for field in fields if len(field.name) <= LONGEST}
        now = self.clock()  # one moment for all: what one listing shows came together
        query = select(CrmField).filter_by(connection_id=connection_id)
        with self.database.exclusive(f"fields/{connection_id}"), self.database.writing() as session:
            held = {row.name: row for row in session.scalars(query)}
            for name, row in held.items():
                row.listed = name in listed
            for name, field in listed.items():
                if name in held:
                    held[name].info = asdict(field)
                else:
                    session.add(_row(connection_id, field, now))

    def dismiss(self, connection_id: str, names: Iterable[str], who: str) -> tuple[str, ...]:
        """Leave fields out for good, until somebody takes them up again; returns those that are known."""
        return self._decide(connection_id, names, who, by=who)

    def take_up(self, connection_id: str, names: Iterable[str], who: str) -> tuple[str, ...]:
        """Propose fields again."""
        return self._decide(connection_id, names, who, by="")

    def _decide(self, connection_id: str, names: Iterable[str], who: str, *, by: str) -> tuple[str, ...]:
        now, wanted = self.clock(), set(names)
        query = select(CrmField).filter_by(connection_id=connection_id).order_by(CrmField.name)
        with self.database.writing() as session:
            rows = [row for row in session.scalars(query) if row.name in wanted and row.dismissed_by != by]
            for row in rows:
                row.dismissed_by, row.dismissed_at = by, now if by else None
            if rows:
                session.add(_event(now, who, connection_id, rows))
            return tuple(row.name for row in rows)


def _event(now: datetime, who: str, connection_id: str, rows: list[CrmField]) -> tables.Event:
    action = "fields left out" if rows[0].dismissed_by else "fields proposed again"
    detail = ", ".join(row.name for row in rows)
    return noted(now, who, action, connection_id, detail)


def _row(connection_id: str, field: FieldInfo, now: datetime) -> CrmField:
    return CrmField(
        connection_id=connection_id,
        name=field.name,
        info=asdict(field),
        listed=True,
        first_seen=now,
        dismissed_by="",
        dismissed_at=None,
    )


def _known(row: CrmField) -> KnownField:
    known = {name: row.info[name] for name in FieldInfo.__slots__ if name in row.info}
    info = FieldInfo(**{**known, "compliance": tuple(known.get("compliance", ()))})
    return KnownField(
        info=info, first_seen=row.first_seen, dismissed_by=row.dismissed_by, dismissed_at=row.dismissed_at
    )
