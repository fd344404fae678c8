"""Asks for what fell due: once, however long nobody looked."""

from __future__ import annotations

from webapp.services import Services
from webapp.store.astray import is_astray
from webapp.store.rows import ConnectionRow
from webapp.store.schedules import ScheduleRow
from webapp.store.work_jobs import Wanted
from webapp.work.schedules import SCHEDULE, USUAL, missed


def ask(opened: Services) -> None:
    """Ask for the jobs whose time has come since anybody looked; several workers ask once."""
    rows = opened.schedules.all()
    known = {(row.connection_id, row.kind) for row in rows}
    live = {row.id: row for row in opened.repository.connections() if row.state != "disconnected"}
    for connection_id in live:
        if any((connection_id, kind) not in known for kind in USUAL):
            opened.schedules.save(connection_id, dict(USUAL), "")
    for row in rows:
        if row.kind != "publish" and row.rhythm.on and row.connection_id in live:
            _ask_one(opened, live[row.connection_id], row)


def _ask_one(opened: Services, connection: ConnectionRow, row: ScheduleRow) -> None:
    now = opened.clock()
    if is_astray(row.looked_at, now):
        # Else nothing would be due until the time comes that the wrong clock showed.
        opened.schedules.fire(row, now, None)
        return
    if missed(row.rhythm, row.looked_at, now) is None:
        return
    wanted = Wanted(connection_id=connection.id, kind=row.kind, who=SCHEDULE)
    opened.schedules.fire(row, now, wanted if _is_ready(opened, connection, row) else None)


def _is_ready(opened: Services, connection: ConnectionRow, row: ScheduleRow) -> bool:
    """A pull needs its rules; until they are saved there is nothing to fail at every night.

    Without them nothing has an outcome to audit either.
    """
    if row.kind not in {"sync", "outcomes"}:
        return True
    repository = opened.repository
    return repository.policy(connection.id) is not None and repository.stream(connection.id) is not None
