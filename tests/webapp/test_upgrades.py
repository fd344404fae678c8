"""Installations that earlier versions left, at three revisions: everything reads after the upgrade.

``older/<revision>.tar.xz`` holds a data folder as the code of that revision wrote it: both stand-in CRMs
with 40 leads each, pulled and audited, one of them erased; ``told.json`` has the stand-ins' record ids.
"""

from __future__ import annotations

import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, func, select

from connectors.pseudonym import LeadKey
from webapp import decisions
from webapp.jobs import expire, quiet
from webapp.key_order import put_all_in_order
from webapp.key_rotation import rotate
from webapp.rights.erasing import erase
from webapp.services import open_services
from webapp.store.database import MIGRATIONS

OLDER = Path(__file__).with_name("older")
COUNTER = func.pg_get_serial_sequence


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def server(request) -> str:
    """The address of a PostgreSQL database without a table; "" for SQLite."""
    return str(request.getfixturevalue("postgres_url")) if request.param == "postgres" else ""


@pytest.fixture(params=["0006", "0007", "0013"])
def left(request, tmp_path, server, support):
    """The installation of a revision, as the code of today opens it; and what its folder holds."""
    with tarfile.open(OLDER / f"{request.param}.tar.xz") as packed:
        packed.extractall(tmp_path / "data", filter="data")
    changes = {}
    if server:
        moved(tmp_path / "data" / "fairlead.db", server, request.param)
        changes = {"DATABASE_URL": server}
    opened = open_services(support.settings_for(tmp_path / "data", **changes))
    yield opened, json.loads((tmp_path / "data" / "told.json").read_text()), request.param
    opened.close()


def moved(file: Path, url: str, revision: str) -> None:
    """Put the rows of a SQLite file into a PostgreSQL database of the same revision."""
    engine, config, tables = create_engine(url), Config(), MetaData()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    tables.reflect(engine)
    source = create_engine(f"sqlite:///{file}")
    held = MetaData()
    held.reflect(source)
    with engine.begin() as connection, source.connect() as reading:
        for table in tables.sorted_tables:
            names = {column.name for column in table.columns}
            rows = [
                {name: value for name, value in row.items() if name in names}
                for row in reading.execute(held.tables[table.name].select()).mappings()
            ]
            if rows and table.name != "alembic_version":
                connection.execute(table.insert(), [typed(table, row) for row in rows])
            for column in table.primary_key:
                if rows and column.type.python_type is int and column.server_default is not None:
                    # Its numbers go on from there, as those of the older version's own rows would.
                    connection.execute(
                        select(func.setval(COUNTER(table.name, column.name), len(rows) + 1000))
                    )
    engine.dispose()
    source.dispose()
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)


def typed(table, row):
    """A row as PostgreSQL takes it: SQLite knows neither truth values nor documents."""
    kinds = {column.name: column.type.python_type for column in table.columns}
    return {
        name: bool(value) if kinds[name] is bool and value is not None else value
        for name, value in row.items()
    }


def test_everything_reads_after_an_upgrade(left):
    opened, told, revision = left
    put_all_in_order(opened)
    for row in opened.repository.connections():
        known, place = told[row.crm], (row.crm, row.organisation)
        ring, gone = opened.keyring(row), known["erased"]
        held = set(opened.lake.read(*place)["lead_key"].to_pylist())
        flags = {lead.hex for lead in opened.repository.flags(row.id)}
        ids = {ring.lead_key(one).hex for one in known["ids"]}
        assert held < ids
        assert len(held) > 30
        assert held <= flags | {ring.lead_key(gone).hex}
        assert ring.lead_key(gone).hex not in held
        assert expire(opened, row) is None  # what lay in the clear is encrypted by the first job
        assert opened.erased.known(row.id) == {ring.lead_key(gone).hex: None}
        folder = opened.lake.folder / row.crm
        assert {path.read_bytes()[:4] for path in folder.rglob("*.parquet")} == {b"PARE"}
        assert opened.repository.latest_audit(row.id) is not None
        logged = decisions.check(opened, row, contents=True)
        assert (logged.sound, logged.entries > 30) == (revision == "0013",) * 2
        assert rotate(opened, row, "Ada", quiet) == 2
        after, moved_on = opened.keyring(row), set(opened.lake.read(*place)["lead_key"].to_pylist())
        assert moved_on == {after.forward(LeadKey(bytes.fromhex(one)), 1).hex for one in held}
        lead = after.lead_key(next(one for one in known["ids"] if ring.lead_key(one).hex in held))
        assert erase(opened, row, lead, "Ada").before.row == 1
        assert len(opened.lake.read(*place)) == len(held) - 1
