import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from audit.schema import BadInput
from tests import made_once
from tests.processes import FORKED
from webapp.store.database import MIGRATIONS, Database, open_database
from webapp.store.every_table import METADATA


@pytest.fixture(autouse=True)
def step_by_step(monkeypatch):
    """Here every migration runs in every test (elsewhere: tests/made_once.py)."""
    monkeypatch.setattr("webapp.store.database.upgrade", made_once.step_by_step)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request, tmp_path):
    """The address of an empty database."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'fairlead.db'}"


def test_a_copied_database_is_the_migrated_one(tmp_path):
    dumps = []
    for number, upgrade in enumerate((made_once.step_by_step, made_once.upgrade)):
        engine = create_engine(f"sqlite:///{tmp_path / str(number)}")
        upgrade(engine)
        with engine.connect() as connection:
            dumps.append(list(connection.connection.driver_connection.iterdump()))
        engine.dispose()
    assert len(dumps[0]) > 30
    # A table that was made anew gets its indexes in any order.
    assert sorted(dumps[0]) == sorted(dumps[1])


def test_the_migrations_make_exactly_the_tables_of_the_models(database: Database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_opening_again_keeps_what_is_there(database: Database, database_url: str):
    with database.writing() as session:
        session.execute(
            text("INSERT INTO sign_in_throttle (subject, failures, changed_at) VALUES ('a', 1, '2026-01-01')")
        )
    again = open_database(database_url)
    with again.reading() as session:
        assert session.scalar(text("SELECT failures FROM sign_in_throttle")) == 1
    again.dispose()


def test_downgrade_leaves_nothing_behind(database: Database):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]


def test_sqlite_runs_with_wal_and_foreign_keys(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'deep' / 'fairlead.db'}")
    with database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    database.dispose()


def test_the_sqlite_files_are_for_their_owner_only(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'fairlead.db'}")
    with database.writing() as session:
        session.execute(text("DELETE FROM event"))
        files = [path for path in tmp_path.iterdir() if path.is_file()]
        assert len(files) == 3
        assert not [path.name for path in files if path.stat().st_mode & 0o077]
    database.dispose()


def _open(url: str) -> None:
    open_database(url).dispose()


def test_many_processes_may_start_on_an_empty_database(database_url):
    starts = [FORKED.Process(target=_open, args=(database_url,)) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join(60)
    assert [start.exitcode for start in starts] == [0] * 4


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_an_unusable_database_url_is_named_in_one_sentence(url):
    with pytest.raises(BadInput, match="FAIRLEAD_DATABASE_URL"):
        open_database(url)
