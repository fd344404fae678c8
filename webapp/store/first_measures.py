"""What the first pull measured of policies that were saved unmeasured, and which of it an admin accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.measure_tables import FirstMeasure
from webapp.store.repository import Clock, utc_now

STOPS = frozenset({"red", ""})
"""The levels that need a reason before anything is written back; "" is: could not be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The level of a version ("" where it could not be measured), on how many leads, and who accepted it."""

    version: int
    level: str
    leads: int
    measured_at: datetime
    accepted_by: str = ""
    accepted_at: datetime | None = None
    reason: str = ""

    @property
    def stops(self) -> bool:
        """Whether nothing may be written back under this version yet."""
        return self.level in STOPS and not self.accepted_by


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstMeasures:
    """Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def of(self, connection_id: str, version: int) -> Measure | None:
        """What was measured of a version; None where nothing was."""
        with self.database.reading() as session:
            row = session.get(FirstMeasure, (connection_id, version))
            return _value(row) if row else None

    def every(self, connection_id: str) -> Mapping[int, Measure]:
        """What was measured of a connection's versions, by version."""
        query = select(FirstMeasure).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return {row.version: _value(row) for row in session.scalars(query)}

    def add(self, connection_id: str, found: Measure, who: str) -> None:
        """Keep a measurement, once for each version; it stands in the trail."""
        values = {name: getattr(found, name) for name in Measure.__slots__}
        told = f"version {found.version}, risk {found.level or 'not measured'}, on {found.leads:,} leads"
        with self.database.writing() as session:
            if session.get(FirstMeasure, (connection_id, found.version)) is None:
                session.add(FirstMeasure(connection_id=connection_id, **values))
                session.add(noted(found.measured_at, who, "policy measured", connection_id, told))

    def accept(self, connection_id: str, version: int, who: str, reason: str) -> bool:
        """Record why the measured risk is accepted; False where nothing waits for that."""
        now = self.clock()
        with self.database.writing() as session:
            row = session.get(FirstMeasure, (connection_id, version))
            if row is None or not _value(row).stops:
                return False
            row.accepted_by, row.accepted_at, row.reason = who, now, reason
            told = f"version {version}, risk {row.level or 'not measured'}: {reason}"
            session.add(noted(now, who, "policy risk accepted", connection_id, told))
            return True


def _value(row: FirstMeasure) -> Measure:
    return Measure(**{name: getattr(row, name) for name in Measure.__slots__})
