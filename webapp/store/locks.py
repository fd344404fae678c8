"""Named locks that hold across threads and processes and end with the process that holds them.

SQLite has no row locks, and a write transaction that waits for a CRM would stop every other
writer; there a lock is `flock` on a file beside the database. On PostgreSQL it is a session-level
advisory lock on a connection of its own
(https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, func, select
from sqlalchemy.exc import DBAPIError

from connectors.locking import Locked, held

__all__ = ["Locked", "exclusive", "is_held"]


def exclusive(engine: Engine, name: str, *, wait: bool = True) -> AbstractContextManager[None]:
    """Hold the lock ``name`` inside a ``with``. Raises Locked where it is taken and ``wait`` is false."""
    number = _number(name)
    if engine.dialect.name == "postgresql":
        return _advisory(engine, number, wait=wait)
    return held(_lock_file(engine, number), wait=wait)


def is_held(engine: Engine, name: str) -> bool:
    """Whether somebody holds a lock. No file is made for it: whoever looks may be another account."""
    if engine.dialect.name != "postgresql" and not _lock_file(engine, _number(name)).exists():
        return False
    try:
        with exclusive(engine, name, wait=False):
            return False
    except Locked:
        return True


def _number(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)


@contextmanager
def _advisory(engine: Engine, number: int, *, wait: bool) -> Iterator[None]:
    """A connection outside the pool: waiting here must not take one that the holder needs."""
    apart = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with apart.connect() as connection:
        if wait:
            connection.execute(select(func.pg_advisory_lock(number)))
        elif not connection.scalar(select(func.pg_try_advisory_lock(number))):
            raise Locked
        try:
            yield
        finally:
            # Closing lets go of it too, but only once the server notices; a lost connection held nothing.
            with suppress(DBAPIError):
                connection.execute(select(func.pg_advisory_unlock(number)))


def _lock_file(engine: Engine, number: int) -> Path:
    """Where the lock lives: beside the database, in a folder for its owner only."""
    database = Path(str(engine.url.database)).resolve()
    return database.with_name(f"{database.name}.locks") / f"{number & 0xFFFFFFFFFFFFFFFF:016x}"
