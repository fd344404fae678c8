"""A slice of what grows: the audits without their reports, the trail, the syncs, newest first, by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select

from connectors.account import Pulled
from webapp.store import tables
from webapp.store.convert import event_row
from webapp.store.database import Database
from webapp.store.rows import EventRow
from webapp.store.trail import Filter

PLAIN = (
    *("id", "connection_id", "made_at", "digest", "policy_version", "stream_version", "severities"),
    "worst",
)
COUNTS = ("read", "kept", "rejected", "excluded", "unmapped")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """An audit without its report."""

    id: str
    connection_id: str
    made_at: datetime
    digest: str
    policy_version: int
    stream_version: int
    severities: Mapping[str, int]
    worst: str | None
    pulled: Pulled


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the trail with its number."""

    number: int
    event: EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """Reads by place: what is added meanwhile shifts nothing."""

    database: Database

    def audits(
        self, connection_id: str, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[AuditHead]:
        """Audits behind a place (the moment and the id of the last one seen); "" asks of every connection."""
        made_at, number = tables.Audit.made_at, tables.Audit.id
        # First which ones, then the rest: what stands behind a report of megabytes is dear to reach.
        chosen = select(number).order_by(made_at.desc(), number.desc()).limit(limit)
        if connection_id:
            chosen = chosen.where(tables.Audit.connection_id == connection_id)
        if after is not None:
            chosen = chosen.where(or_(made_at < after[0], and_(made_at == after[0], number < after[1])))
        columns = (getattr(tables.Audit, name) for name in (*PLAIN, *COUNTS))
        query = select(*columns).where(number.in_(chosen.scalar_subquery()))
        with self.database.reading() as session:
            found = session.execute(query.order_by(made_at.desc(), number.desc()))
            return [_head(one._asdict()) for one in found]

    def trail(self, wanted: Filter, before: int | None, limit: int) -> Sequence[Line]:
        """Lines of the trail under a number."""
        asked = {"who": wanted.who, "action": wanted.action, "target": wanted.target}
        query = select(tables.Event).filter_by(**{name: value for name, value in asked.items() if value})
        query = query.order_by(tables.Event.id.desc()).limit(limit)
        with self.database.reading() as session:
            rows = session.scalars(_under(query, before))
            return [Line(number=row.id, event=event_row(row)) for row in rows]


def _under(query: Select[tables.Event], before: int | None) -> Select[tables.Event]:
    return query if before is None else query.where(tables.Event.id < before)


def _head(found: Mapping[str, object]) -> AuditHead:
    counts = Pulled(**{name: found[name] for name in COUNTS})  # type: ignore[arg-type]  # as it was stored
    return AuditHead(**{name: found[name] for name in PLAIN}, pulled=counts)  # type: ignore[arg-type]
