"""What is kept beside the audits, to be read without their whole reports."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, null, or_, select

from audit.history import Overview
from audit.history.json_form import overview_record, read_overview
from audit.thresholds import ThresholdCounts, counts_text, read_counts
from webapp.store import tables
from webapp.store.convert import pulled
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.evidence_tables import AuditEvidence, FindingLook
from webapp.store.repository import Clock, utc_now
from webapp.store.rows import NewEvidence, Pulled


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAudit:
    """An audit without its report.

    ``overview`` is None for one that was made before it was kept, and where it was not asked for.
    """

    id: str
    connection_id: str
    made_at: datetime
    digest: str
    policy_version: int
    stream_version: int
    severities: Mapping[str, int]
    worst: str | None
    pulled: Pulled
    overview: Overview | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """Who looked at a finding last, when, and on which audit."""

    finding_id: str
    audit_id: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Overviews, counts and looks. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def counts(self, audit_id: str) -> ThresholdCounts | None:
        """The counts of an audit; None for one that was made before they were kept."""
        with self.database.reading() as session:
            row = session.get(AuditEvidence, audit_id)
            return read_counts(zlib.decompress(row.counts).decode()) if row else None

    def one(self, audit_id: str) -> KeptAudit | None:
        """One audit without its report, by its id."""
        with self.database.reading() as session:
            row = session.execute(_audits().where(tables.Audit.id == audit_id)).first()
            return _kept(row) if row else None

    def newest(self, connection_id: str, most: int) -> tuple[KeptAudit, ...]:
        """The newest audits of a connection, newest first."""
        query = _chosen(_audits(), connection_id, None, most)
        with self.database.reading() as session:
            return tuple(_kept(row) for row in session.execute(query))

    def behind(
        self, connection_id: str, place: tuple[datetime, str] | None, most: int, *, overviews: bool = False
    ) -> Sequence[KeptAudit]:
        """Audits behind a place (moment and id of the last one seen), newest first.

        What is added meanwhile shifts nothing; "" asks of every connection.
        """
        query = _chosen(_audits(overviews=overviews), connection_id, place, most)
        with self.database.reading() as session:
            return [_kept(row) for row in session.execute(query)]

    def known(self, connection_id: str, audit_ids: Collection[str]) -> frozenset[str]:
        """Of some ids those that are audits of a connection."""
        query = select(tables.Audit.id).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return frozenset(audit_ids).intersection(session.scalars(query))

    def look(self, connection_id: str, audit_id: str, finding_id: str, who: str) -> None:
        """Record that somebody looked at a finding, and say so in the trail."""
        with self.database.exclusive(f"look/{connection_id}"), self.database.writing() as session:
            row = session.get(FindingLook, (connection_id, finding_id))
            if row is None:
                row = FindingLook(connection_id=connection_id, finding_id=finding_id)
                session.add(row)
            now = self.clock()
            row.audit_id, row.who, row.at = audit_id, who, now
            detail = f"finding {finding_id} of audit {audit_id}"
            session.add(noted(now, who, "finding looked at", connection_id, detail))

    def looks(self, connection_id: str) -> Mapping[str, LookRow]:
        """The last look at each finding of a connection, by the finding's id."""
        query = select(FindingLook).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return {
                row.finding_id: LookRow(
                    finding_id=row.finding_id, audit_id=row.audit_id, who=row.who, at=row.at
                )
                for row in session.scalars(query)
            }


def packed(overview: Overview, counts: ThresholdCounts) -> NewEvidence:
    """Evidence as it is stored."""
    return NewEvidence(
        overview=overview_record(overview), counts=zlib.compress(counts_text(counts).encode(), 6)
    )


def _audits(*, overviews: bool = True) -> Select[*tuple[Any, ...]]:
    """Every column but the report, which may have many megabytes."""
    audit = tables.Audit
    columns = (
        *(audit.id, audit.connection_id, audit.made_at, audit.digest, audit.policy_version),
        *(audit.stream_version, audit.severities, audit.worst, audit.read, audit.kept),
        *(audit.rejected, audit.excluded, audit.unmapped),
    )
    if not overviews:
        return select(*columns, null().label("overview"))
    joined = AuditEvidence.audit_id == audit.id
    return select(*columns, AuditEvidence.overview).outerjoin(AuditEvidence, joined)


def _chosen(
    query: Select[*tuple[Any, ...]], connection_id: str, place: tuple[datetime, str] | None, most: int
) -> Select[*tuple[Any, ...]]:
    """First which ones, then the rest: what stands behind a report of megabytes is dear to reach."""
    made_at, number = tables.Audit.made_at, tables.Audit.id
    newest_first = (made_at.desc(), number.desc())
    chosen = select(number).order_by(*newest_first).limit(most)
    if connection_id:
        chosen = chosen.where(tables.Audit.connection_id == connection_id)
    if place is not None:
        chosen = chosen.where(or_(made_at < place[0], and_(made_at == place[0], number < place[1])))
    return query.where(number.in_(chosen.scalar_subquery())).order_by(*newest_first)


def _kept(row: Row[*tuple[Any, ...]]) -> KeptAudit:
    return KeptAudit(
        id=row.id,
        connection_id=row.connection_id,
        made_at=row.made_at,
        digest=row.digest,
        policy_version=row.policy_version,
        stream_version=row.stream_version,
        severities=row.severities,
        worst=row.worst,
        pulled=pulled(row),
        overview=None if row.overview is None else read_overview(row.overview),
    )
