"""The notes that all processes of an installation share (`connectors.shared_notes`).

On PostgreSQL they are rows, so that processes on several machines go by one clock, the database's, and by
its row locks. On SQLite they are files: everything runs on one machine, and a note that is written
some times a second would hold up who writes into the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from connectors.shared_notes import Notes, Page, in_folder
from webapp.store.database import Database
from webapp.store.shared_note_tables import SharedNote

# A crash of the database takes the calls of the last moment from a note: no reason to wait for a disk.
_UNHURRIED = text("SET LOCAL synchronous_commit = off")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One note, held by the lock of its row; that ends with the process or its connection."""

    database: Database
    name: str

    @contextmanager
    def open(self) -> Iterator[Page]:
        """The page, held and then written."""
        with self.database.writing() as session:
            session.execute(_UNHURRIED)
            row = self._locked(session)
            # Asked after the lock was got, which may have taken a while.
            now = session.scalar(select(func.extract("epoch", func.clock_timestamp())))
            page = Page(text=row.text, now=float(now or 0))
            yield page
            row.text = page.text

    def _locked(self, session: Session) -> SharedNote:
        found = select(SharedNote).where(SharedNote.name == self.name).with_for_update()
        if (row := session.scalar(found)) is None:
            session.execute(insert(SharedNote).values(name=self.name, text="").on_conflict_do_nothing())
            row = session.scalars(found).one()
        return row


def shared_notes(database: Database, folder: Path) -> Notes:
    """The notes of an installation; ``folder`` is where files of them would lie."""
    if database.engine.dialect.name != "postgresql":
        return in_folder(folder)
    return lambda name: _Row(database=database, name=name)
