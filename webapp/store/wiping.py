"""What was deleted leaves the database's files too, as far as the database lets us.

SQLite overwrites what it deletes (``secure_delete``); its journal holds the pages of before until it is
cut to nothing. PostgreSQL keeps what was changed until the table is written anew; its archives and
backups are beyond our reach (docs/how-to/change-keys.md says what that means).

References
----------
https://www.sqlite.org/pragma.html#pragma_secure_delete, https://www.sqlite.org/pragma.html#pragma_wal_checkpoint,
https://www.postgresql.org/docs/current/sql-vacuum.html
"""

from __future__ import annotations

import logging
from contextlib import closing, suppress

from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

LOG = logging.getLogger(__name__)
WAIT_MILLISECONDS = 5_000


def wipe(engine: Engine, table: str) -> bool:
    """Rid the files of what was deleted from a table; whether that came to its end.

    What others keep us from now, a later one does; a warning says so.
    """
    done = _rewritten(engine, table) if engine.dialect.name == "postgresql" else _cut(engine)
    if not done:
        LOG.warning("The database is in use: what was deleted leaves its files at the next change of a key.")
    return done


def _cut(engine: Engine) -> bool:
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {WAIT_MILLISECONDS}")
        (busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def _rewritten(engine: Engine, table: str) -> bool:
    apart = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    with apart.connect() as connection:
        try:
            connection.execute(text(f"SET lock_timeout = {WAIT_MILLISECONDS}"))
            connection.execute(text(f"VACUUM (FULL) {table}"))
        except DBAPIError:
            return False
        # Only some accounts may; it comes by itself soon.
        with suppress(DBAPIError):
            connection.execute(text("CHECKPOINT"))
        return True
