"""The database: SQLite in the data folder, or PostgreSQL by its URL; the same tables in both."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from audit.schema import BadInput
from webapp.store.locks import exclusive, is_held

MIGRATIONS = Path(__file__).with_name("migrations")
SQLITE_WAIT_SECONDS = 30
NO_TRANSACTION = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Sessions over one engine."""

    engine: Engine

    def reading(self) -> Session:
        """A session to read in, for a ``with``."""
        return Session(self.engine, expire_on_commit=False)

    def glancing(self) -> Connection:
        """A connection for one statement that a person waits for, for a ``with``.

        On SQLite no transaction is begun around it: a statement sees one state anyway.
        """
        return self.engine.execution_options(begin=NO_TRANSACTION).connect()

    def writing(self, wait: float | None = None) -> AbstractContextManager[Session]:
        """A session in a transaction that commits at the end of the ``with``, or undoes everything.

        On SQLite the write lock is taken at its start, so that what was read in it stays true. ``wait`` is
        how many seconds others may keep it, or on PostgreSQL a row, before OperationalError is raised.
        """
        engine = self.engine.execution_options(begin="IMMEDIATE", wait=wait)
        return sessionmaker(engine, expire_on_commit=False).begin()

    def exclusive(self, name: str, *, wait: bool = True) -> AbstractContextManager[None]:
        """Hold a named lock across threads and processes. Raises `webapp.store.locks.Locked`."""
        return exclusive(self.engine, name, wait=wait)

    def is_held(self, name: str) -> bool:
        """Whether somebody holds a named lock."""
        return is_held(self.engine, name)

    def scrub(self) -> None:
        """Bring deletions into the file itself: SQLite's journal would keep the old pages for a while.

        A reader at work puts it off until the next one. PostgreSQL does it by its own VACUUM.
        """
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect().execution_options(begin="") as connection:
                raw = connection.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """The database at ``url``, with its schema brought up to date.

    Raises
    ------
    BadInput
        The URL is unusable, or the database behind it cannot be opened; the URL is not repeated.
    """
    try:
        database = Database(engine=_engine(address_of(url)))
        with database.exclusive("migrate"):
            upgrade(database.engine)
    except (OSError, DatabaseError) as error:
        raise BadInput(unopened(error)) from None
    return database


def upgrade(engine: Engine) -> None:
    """Apply the migrations that the database does not have yet. Raises BadInput for a newer database."""
    from alembic import command  # noqa: PLC0415 - heavy, and needed once
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            msg = "The database was made by a newer version of Fairlead; start that version."
            raise BadInput(msg) from None


def unopened(error: Exception) -> str:
    """Why a database cannot be opened, without the driver's own words: they may hold its address."""
    reason = error.strerror if isinstance(error, OSError) else type(getattr(error, "orig", error)).__name__
    return (
        f"The database cannot be opened ({reason}); check FAIRLEAD_DATABASE_URL or FAIRLEAD_DATA_DIR, "
        "that its server runs, and that this account may write there."
    )


def address_of(url: str) -> URL:
    """The address with our driver. Raises BadInput for what is none of a SQLite file or PostgreSQL."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        msg = (
            "FAIRLEAD_DATABASE_URL is not a database URL; write sqlite:///file or "
            "postgresql://user@host/name, and in a password %40 for @, %3A for : and %2F for /."
        )
        raise BadInput(msg) from None
    if address.drivername in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    supported = {"sqlite", "postgresql+psycopg"}
    if address.drivername not in supported or address.database in {None, "", ":memory:"}:
        msg = "FAIRLEAD_DATABASE_URL must name a SQLite file (sqlite:///file) or a PostgreSQL database."
        raise BadInput(msg)
    return address


def _engine(address: URL) -> Engine:
    if address.get_backend_name() == "postgresql":
        engine = create_engine(address, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    path = Path(str(address.database))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)  # its journal files take the same permissions
    engine = create_engine(address, connect_args={"timeout": SQLITE_WAIT_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def _prepare_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    """The driver's own BEGIN is switched off: it comes too late, after the first read."""
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: Connection) -> None:
    """Begin as the engine's options say; the driver does not."""
    options = connection.get_execution_options()
    if options.get("begin") == NO_TRANSACTION:
        return
    wait = SQLITE_WAIT_SECONDS if options.get("wait") is None else options["wait"]
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(wait * 1000)}")
    connection.exec_driver_sql(f"BEGIN {options.get('begin', 'DEFERRED')}")


def _begin_postgresql(connection: Connection) -> None:
    wait = connection.get_execution_options().get("wait")
    if wait is not None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(wait * 1000)}")
