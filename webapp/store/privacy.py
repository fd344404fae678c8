"""What the store keeps for the rights of people: retention, certificates of deletion, who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.store import privacy_tables as tables
from webapp.store.database import Database
from webapp.store.repository import Clock, utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRow:
    """After how many months leads go, counted from their cohort day; and who said so."""

    connection_id: str
    months: int
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRow:
    """One certificate of deletion. ``finished_at`` is None while what it names may not all be gone."""

    id: str
    connection_id: str
    number: int
    made_at: datetime
    finished_at: datetime | None
    body: str
    digest: str
    signature: str
    marks: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def retention(self, connection_id: str) -> RetentionRow | None:
        """The rule of a connection; None where its leads stay."""
        with self.database.reading() as session:
            row = session.get(tables.RetentionRule, connection_id)
            return _retention(row) if row else None

    def set_retention(self, connection_id: str, months: int | None, who: str) -> None:
        """Let leads go after so many months; None keeps them."""
        with self.database.writing() as session:
            row = session.get(tables.RetentionRule, connection_id)
            if row is not None:
                session.delete(row)
                session.flush()
            if months is not None:
                session.add(
                    tables.RetentionRule(
                        connection_id=connection_id, months=months, saved_by=who, saved_at=self.clock()
                    )
                )

    def proofs(self, connection_id: str) -> tuple[ProofRow, ...]:
        """Every certificate of a connection, oldest first."""
        with self.database.reading() as session:
            return tuple(_proof(row) for row in session.scalars(_proofs(connection_id)))

    def proof(self, proof_id: str) -> ProofRow | None:
        """One certificate."""
        with self.database.reading() as session:
            row = session.get(tables.DeletionProof, proof_id)
            return _proof(row) if row else None

    def add_proof(self, row: ProofRow) -> None:
        """Keep one more. Raises ``sqlalchemy.exc.IntegrityError`` where its number is taken."""
        with self.database.writing() as session:
            session.add(tables.DeletionProof(**{name: getattr(row, name) for name in ProofRow.__slots__}))

    def finish_proof(self, proof_id: str) -> None:
        """Record that everything it names is gone."""
        with self.database.writing() as session:
            session.get_one(tables.DeletionProof, proof_id).finished_at = self.clock()

    def notes(self) -> Mapping[str, str]:
        """What was said about who answers for the processing, by name; blanks are left out."""
        with self.database.reading() as session:
            return {row.name: row.text for row in session.scalars(select(tables.ControllerNote)) if row.text}

    def set_notes(self, notes: Mapping[str, str], who: str) -> tuple[str, ...]:
        """Say it; returns the names that changed."""
        with self.database.writing() as session:
            return tuple(name for name, text in notes.items() if self._set(session, name, text, who))

    def _set(self, session: Session, name: str, text: str, who: str) -> bool:
        row = session.get(tables.ControllerNote, name)
        if row is None:
            row = tables.ControllerNote(name=name, text="")
            session.add(row)
        changed = row.text != text
        row.text, row.saved_by, row.saved_at = text, who, self.clock()
        return changed


def _proofs(connection_id: str) -> Select[tables.DeletionProof]:
    query = select(tables.DeletionProof).filter_by(connection_id=connection_id)
    return query.order_by(tables.DeletionProof.number)


def _retention(row: tables.RetentionRule) -> RetentionRow:
    return RetentionRow(
        connection_id=row.connection_id, months=row.months, saved_by=row.saved_by, saved_at=row.saved_at
    )


def _proof(row: tables.DeletionProof) -> ProofRow:
    return ProofRow(**{name: getattr(row, name) for name in ProofRow.__slots__})
