"""What was said when a version was saved: kept beside the texts, which say only themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from webapp.store import tables
from webapp.store.convert import policy_version
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.policy_tables import VersionNote
from webapp.store.repository import Clock, utc_now
from webapp.store.rows import PolicyVersion
from webapp.store.versions import Draft, keep, newest, refuse_overtaken


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The written reason, the measured level ("" where nobody measured), and who approved ("" for nobody).

    ``after`` is the version in force (0 for none) that was looked at when this was said; None where that
    does not matter, and in what was kept.
    """

    reason: str = ""
    level: str = ""
    approved_by: str = ""
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """The notes of a connection's versions. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def of(self, connection_id: str, kind: str = "policy") -> Mapping[int, Note]:
        """The notes of the versions that have one."""
        query = select(VersionNote).filter_by(connection_id=connection_id, kind=kind)
        with self.database.reading() as session:
            return {
                row.version: Note(reason=row.reason, level=row.level, approved_by=row.approved_by)
                for row in session.scalars(query)
            }

    def save_policy(self, connection_id: str, text: str, saved_by: str, note: Note) -> PolicyVersion:
        """As `Repository.save_policy`, with the note in the same transaction and the reason in the trail.

        Raises
        ------
        BadInput
            Two admins must agree, or another version than ``note.after`` came in force meanwhile.
        """
        now = self.clock()
        draft = Draft(connection_id=connection_id, text=text, saved_by=saved_by, saved_at=now)
        with self.database.exclusive(f"policy/{connection_id}"), self.database.writing() as session:
            before = newest(session, tables.PolicyText, connection_id)
            refuse_overtaken(before.version if before else 0, note.after)
            row = keep(session, tables.PolicyText, draft)
            if before is None or before.version != row.version:
                session.add(_note(row, note))
                if note.reason:
                    session.add(_event(row, note))
            return policy_version(row)


def _note(row: tables.PolicyText, note: Note) -> VersionNote:
    return VersionNote(
        connection_id=row.connection_id,
        kind="policy",
        version=row.version,
        reason=note.reason,
        level=note.level,
        approved_by=note.approved_by,
    )


def _event(row: tables.PolicyText, note: Note) -> tables.Event:
    told = f"version {row.version}, risk {note.level or 'not measured'}: {note.reason}"
    return noted(row.saved_at, row.saved_by, "policy reason", row.connection_id, told)
