"""How far the rotations are that pages started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import update

from webapp.store.database import Database
from webapp.store.key_task_tables import KeyTask
from webapp.store.repository import Clock, utc_now

TaskState = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTaskRow:
    """The newest rotation of a connection that a page started; ``total`` is 0 where it is not known yet."""

    state: TaskState
    who: str
    done: int
    total: int
    told: str
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTasks:
    """Of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def get(self, connection_id: str) -> KeyTaskRow | None:
        """The newest one; None where no page ever started one."""
        with self.database.reading() as session:
            row = session.get(KeyTask, connection_id)
            return None if row is None else _row(row)

    def begin(self, connection_id: str, who: str) -> None:
        """One is at work. Only who holds the connection's lock may say so."""
        with self.database.writing() as session:
            now = self.clock()
            row = KeyTask(connection_id=connection_id, state="running", who=who, begun_at=now)
            row.done, row.total, row.told = 0, 0, ""
            session.merge(row)

    def move(self, connection_id: str, done: int, total: int) -> None:
        """So many leads of so many have moved on."""
        self._change(connection_id, done=done, total=total)

    def end(self, connection_id: str, state: TaskState, told: str) -> None:
        """It has ended; ``told`` says how."""
        self._change(connection_id, state=state, told=told)

    def _change(self, connection_id: str, **values: str | int) -> None:
        with self.database.writing() as session:
            session.execute(update(KeyTask).filter_by(connection_id=connection_id).values(**values))


def _row(row: KeyTask) -> KeyTaskRow:
    return KeyTaskRow(
        state=cast("TaskState", row.state),
        who=row.who,
        done=row.done,
        total=row.total,
        told=row.told,
        begun_at=row.begun_at,
    )
