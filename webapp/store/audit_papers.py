"""The PDFs of full reports that were made already."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from audit.report.model import VERSION
from webapp.store import tables
from webapp.store.database import Database
from webapp.store.paper_tables import AuditPaper
from webapp.store.repository import Clock, utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPapers:
    """Of all audits. What another version of Fairlead made is as good as none. One transaction each."""

    database: Database
    clock: Clock = utc_now

    def get(self, audit_id: str) -> bytes | None:
        """The PDF of an audit's full report, byte for byte as it was made; None where there is none."""
        query = select(AuditPaper.content).filter_by(audit_id=audit_id, version=VERSION)
        with self.database.reading() as session:
            return session.scalar(query)

    def is_made(self, audit_id: str) -> bool:
        """Whether there is one, without reading it."""
        query = select(AuditPaper.audit_id).filter_by(audit_id=audit_id, version=VERSION)
        with self.database.reading() as session:
            return session.scalar(query) is not None

    def keep(self, audit_id: str, content: bytes) -> bool:
        """Keep one, in place of what another version made; False where its audit is gone."""
        with self.database.exclusive(f"paper/{audit_id}"), self.database.writing() as session:
            known = select(tables.Audit.id).filter_by(id=audit_id)
            if session.scalar(known) is None:
                return False
            row = session.get(AuditPaper, audit_id)
            if row is None or row.version != VERSION:
                made = AuditPaper(audit_id=audit_id, version=VERSION, made_at=self.clock(), content=content)
                session.merge(made)
            return True
