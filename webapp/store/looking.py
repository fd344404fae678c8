"""A database that is only looked at: nothing is made, brought up to date or written."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, InterfaceError

from audit.schema import BadInput
from webapp.store.database import MIGRATIONS, Database, address_of, begin_sqlite, unopened

WAIT_SECONDS = 5
Schema = Literal["none", "older", "same", "newer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A database as it was found."""

    database: Database
    schema: Schema


def look_at(url: str) -> Looked:
    """The database at ``url`` as it is. It refuses every write.

    Raises
    ------
    BadInput
        The URL is unusable, or the database behind it is not there or cannot be read.
    """
    address = address_of(url)
    engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)
    try:
        return Looked(database=Database(engine=engine), schema=_schema(engine))
    except (OSError, DatabaseError, InterfaceError) as error:
        engine.dispose()
        raise BadInput(unopened(error)) from None


def _sqlite(address: URL) -> Engine:
    engine = create_engine(address, creator=partial(_connected, str(address.database)), hide_parameters=True)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def _connected(path: str) -> sqlite3.Connection:
    """A file is never made, nor is what a killed process left beside it written into it."""
    place = Path(path).resolve()
    where = f"file:{quote(str(place))}?mode=ro{'&immutable=1' if _rests(place) else ''}"
    connection = sqlite3.connect(
        where, uri=True, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA query_only = ON")
    return connection


def _rests(place: Path) -> bool:
    """Whether nobody has it open, and no change waits beside it; or nothing is in it at all.

    Then it is read as it stands, also where nothing may be written: else SQLite would make its journal anew,
    and delete the one beside an empty file, in which there may still be all.
    """
    empty = place.is_file() and place.stat().st_size == 0
    return empty or not any(Path(f"{place}-{one}").exists() for one in ("wal", "shm", "journal"))


def _postgresql(address: URL) -> Engine:
    options = {"options": "-c default_transaction_read_only=on", "connect_timeout": WAIT_SECONDS}
    return create_engine(address, connect_args=options, hide_parameters=True)


def _schema(engine: Engine) -> Schema:
    """How the tables stand to the newest migration of this version."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - heavy, and needed here alone

    if not inspect(engine).has_table("alembic_version"):
        return "none"
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    known = ScriptDirectory(str(MIGRATIONS))
    if found == known.get_current_head():
        return "same"
    return "older" if found in {one.revision for one in known.walk_revisions()} else "newer"
