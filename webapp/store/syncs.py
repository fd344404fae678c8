"""What every sync of a connection did: its kind, why, and where each record ended up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from connectors.account import Pulled
from connectors.scorerules import ScoreRules
from connectors.synced import Synced
from webapp.store import tables
from webapp.store.database import Database
from webapp.store.repository import Clock, utc_now

_COUNTS = ("added", "changed", "unchanged", "removed", "merged", "own", "resumed_at", "answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRow:
    """One finished sync."""

    connection_id: str
    made_at: datetime
    synced: Synced


@dataclass(frozen=True, slots=True, kw_only=True)
class Syncs:
    """The finished syncs of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def add(self, connection_id: str, synced: Synced) -> SyncRow:
        """Remember one."""
        counts = {name: getattr(synced, name) for name in _COUNTS}
        with self.database.writing() as session:
            row = tables.SyncRun(
                connection_id=connection_id,
                made_at=self.clock(),
                kind=synced.kind,
                why=synced.why,
                run=asdict(synced.run),
                whole=asdict(synced.whole),
                counts={**counts, "notes": list(synced.notes), **_told(synced.rules)},
            )
            session.add(row)
            return _row(row)

    def latest(self, connection_id: str) -> SyncRow | None:
        """The newest of a connection; None where there is none."""
        newest = select(tables.SyncRun).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            # As the index has them: a year of hourly syncs is not sorted for each look at the dashboard.
            last = newest.order_by(tables.SyncRun.made_at.desc(), tables.SyncRun.id.desc()).limit(1)
            row = session.scalar(last)
            return _row(row) if row else None

    def all(self, connection_id: str) -> tuple[SyncRow, ...]:
        """Every one of a connection, newest first."""
        query = select(tables.SyncRun).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return tuple(_row(row) for row in session.scalars(query.order_by(tables.SyncRun.id.desc())))


def _told(rules: ScoreRules | None) -> dict[str, Any]:
    return {} if rules is None else {"rules": asdict(rules)}


def _rules(found: Mapping[str, Any] | None) -> ScoreRules | None:
    if found is None:
        return None
    uses = tuple((name, group) for name, group in found["uses"])
    return ScoreRules(id=found["id"], name=found["name"], changed_at=found["changed_at"], uses=uses)


def _row(row: tables.SyncRun) -> SyncRow:
    counts: dict[str, Any] = dict(row.counts)
    notes, rules = tuple(counts.pop("notes", ())), _rules(counts.pop("rules", None))
    return SyncRow(
        connection_id=row.connection_id,
        made_at=row.made_at,
        synced=Synced(
            kind=row.kind,  # type: ignore[arg-type]  # one of the three words, as it was stored
            why=row.why,
            run=Pulled(**row.run),
            whole=Pulled(**row.whole),
            notes=notes,
            rules=rules,
            **counts,
        ),
    )
