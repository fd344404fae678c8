"""What is put back from a backup, of the folder, the database or both: who was erased stays erased."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from connectors.counting import Behind
from connectors.hubspot.events import Event, EventKind
from connectors.pseudonym import LeadKey
from connectors.synced import Wish
from connectors.tombstones import lines
from webapp import decisions, jobs
from webapp.decisions import log_sync
from webapp.departures import comparison_wanted, keep, settle, settle_all
from webapp.key_order import put_all_in_order, put_in_order
from webapp.key_rotation import rotate
from webapp.pulling import pull
from webapp.rights.erasing import erase, held_of
from webapp.rights.forgetting import after_sync
from webapp.store.every_table import METADATA


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def audited(support, certificate, tmp_path_factory, request):
    """An org whose leads were pulled, audited and logged; each test erases others of them."""
    folder, changes = tmp_path_factory.mktemp("backups"), {}
    if request.param == "postgres":
        server = make_url(request.getfixturevalue("postgres_server")).set(drivername="postgresql+psycopg")
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as session:
            session.execute(text("CREATE DATABASE backups"))
        changes = {"DATABASE_URL": server.set(database="backups").render_as_string(hide_password=False)}
    with support.running(
        certificate, folder, held=lambda crm: support.contents(crm, leads=80), **changes
    ) as world:
        row = world.ready("salesforce")
        jobs.sync(world.services, row)
        yield world, world.services, row
    if request.param == "postgres":
        with admin.connect() as session:
            session.execute(text("DROP DATABASE backups WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def some(audited):
    """Three leads that are held, whatever the tests before did."""
    _, opened, row = audited
    put_all_in_order(opened)
    found = opened.lake.read(row.crm, row.organisation)["lead_key"].to_pylist()
    return tuple(LeadKey(bytes.fromhex(one)) for one in found[3:6])


@pytest.fixture
def backup(audited, some, tmp_path):
    """A backup of before the three were erased: two by their record ids, the middle one in the CRM."""
    world, opened, row = audited
    made = Backup(opened, tmp_path / "backup")
    erase(opened, row, some[0], "Ada")
    deleted_in_crm(world, row, some[1])
    pulled(opened, row)
    erase(opened, row, some[2], "Ada")
    return made


SQLITE = pytest.mark.parametrize("audited", ["sqlite"], indirect=True)


class Backup:
    """The data folder and the database of one moment."""

    def __init__(self, opened: Any, folder: Path) -> None:
        self.opened, self.folder = opened, folder
        shutil.copytree(opened.lake.folder, folder)
        with opened.database.reading() as session:
            self.rows = {
                table: [dict(one) for one in session.execute(table.select()).mappings()]
                for table in METADATA.sorted_tables
            }

    def put_back(self, *what: str) -> None:
        if "folder" in what:
            shutil.rmtree(self.opened.lake.folder)
            shutil.copytree(self.folder, self.opened.lake.folder)
        if "database" in what:
            with self.opened.database.writing() as session:
                for table in reversed(METADATA.sorted_tables):
                    session.execute(table.delete())
                for table, rows in self.rows.items():
                    if rows:
                        session.execute(table.insert(), rows)


def pulled(opened, row):
    """A sync without its audit, which does not matter here and takes most of the time."""
    rules = jobs.rules_in_force(opened, row)
    with jobs.alone(opened, row):
        put_in_order(opened, row)
        wanted = "reconcile" if comparison_wanted(opened, row) else ""
        done = pull(opened, row, rules.policy, jobs.quiet, Wish(score="score", wanted=wanted))
        after_sync(opened, row, done)
        assert log_sync(opened, row, done).startswith("The decision log is not as" if wanted else "")
    return done


def told_of(opened, row, kind: EventKind, lead: LeadKey) -> Event:
    """What a CRM tells of a lead."""
    return Event(
        organisation=row.organisation,
        kind=kind,
        lead=lead,
        at=opened.clock(),
        digest=secrets.token_hex(8),
        generation=opened.keys.generation(row.id),
    )


def deleted_in_crm(world, row, lead: LeadKey) -> None:
    ring, table = world.services.keyring(row), world.salesforce.org.leads
    (found,) = [one for one in world.salesforce.record_ids() if ring.lead_key(one) == lead]
    table[found] = {**table[found], "IsDeleted": True}


def nothing_is_left(opened, row, leads: tuple[LeadKey, ...]) -> None:
    held = set(opened.lake.read(row.crm, row.organisation)["lead_key"].to_pylist())
    assert not held & {lead.hex for lead in leads}
    for lead in leads:
        assert not held_of(opened, row, lead).any
        assert decisions.history_of(opened, row, lead) == ()


def test_a_folder_from_a_backup_brings_nobody_back(audited, some, backup, caplog):
    _, opened, row = audited
    place = (row.crm, row.organisation)
    backup.put_back("folder")
    for reading in (
        lambda: opened.lake.read(*place),
        lambda: opened.lake.held(*place),
        lambda: opened.lake.by_file(*place),
        lambda: held_of(opened, row, some[0]),
        lambda: list(opened.lake.keys(*place)),
    ):
        with pytest.raises(Behind, match="older than the database"):
            reading()
    put_all_in_order(opened)
    nothing_is_left(opened, row, some)
    told = "put back from a backup. What was erased since is erased again (3 leads, 3 entries"
    assert told in caplog.text
    assert told in opened.repository.connection(row.id).note
    assert told in opened.accounts.events(1)[0].detail
    caplog.clear()
    put_all_in_order(opened)
    assert "backup" not in caplog.text
    jobs.sync(opened, row)
    assert opened.syncs.latest(row.id).synced.kind != "incremental"
    nothing_is_left(opened, row, some)
    assert "cut off" in opened.repository.connection(row.id).note


def test_a_database_from_a_backup_brings_nobody_back(audited, some, backup, caplog):
    _, opened, row = audited
    before = opened.erased.known(row.id)
    backup.put_back("database")
    assert opened.repository.flag(row.id, some[0].hex) is not None
    put_all_in_order(opened)
    nothing_is_left(opened, row, some)
    assert "The database was older than the stored leads" in caplog.text
    assert "3 flags" in opened.accounts.events(1)[0].detail
    assert opened.erased.known(row.id) == before
    backup.put_back("folder")
    put_all_in_order(opened)
    nothing_is_left(opened, row, (some[0], some[2]))
    pulled(opened, row)
    nothing_is_left(opened, row, some)


def test_both_from_one_backup_are_of_one_time_and_the_crm_tells_again(audited, some, backup, caplog):
    _, opened, row = audited
    backup.put_back("folder", "database")
    put_all_in_order(opened)
    assert "backup" not in caplog.text
    assert opened.repository.flag(row.id, some[0].hex) is not None
    pulled(opened, row)
    nothing_is_left(opened, row, some[1:2])
    for lead in (some[0], some[2]):
        erase(opened, row, lead, "Ada")
    nothing_is_left(opened, row, some)


@SQLITE
def test_a_job_is_enough_and_a_rotation_takes_the_list_along(audited, some, tmp_path):
    _, opened, row = audited
    backup = Backup(opened, tmp_path / "backup")
    erase(opened, row, some[0], "Ada")
    backup.put_back("folder")
    erase(opened, row, some[1], "Ada")
    nothing_is_left(opened, row, some[:2])
    backup.put_back("folder")
    before = opened.erased.known(row.id)
    rotate(opened, row, "Ada", jobs.quiet)
    ring = opened.keyring(row)
    now = tuple(ring.forward(lead, ring.generation - 1) for lead in some[:2])
    nothing_is_left(opened, row, now)
    assert {lead.hex for lead in now} <= opened.erased.known(row.id).keys()
    assert len(opened.erased.known(row.id)) == len(before)
    put_all_in_order(opened)
    assert opened.accounts.events(1)[0].action == "key rotated"


@SQLITE
def test_a_folder_that_is_gone_is_no_older_one_and_its_list_is_made_again(audited, some):
    _, opened, row = audited
    erase(opened, row, some[0], "Ada")
    shutil.rmtree(opened.lake.folder)
    pulled(opened, row)
    nothing_is_left(opened, row, some[:1])
    assert opened.lake.read(row.crm, row.organisation).num_rows > 50


@SQLITE
def test_an_older_list_of_who_must_not_come_back_is_known_by_itself(audited, some):
    _, opened, row = audited
    erase(opened, row, some[0], "Ada")
    for path in opened.lake.folder.rglob("*.erased-*"):
        path.unlink()
    with pytest.raises(Behind):
        held_of(opened, row, some[0])
    pulled(opened, row)
    nothing_is_left(opened, row, some[:1])


@SQLITE
def test_a_process_killed_between_folder_and_database_is_made_up_for(audited, some, monkeypatch):
    _, opened, row = audited
    monkeypatch.setattr(type(opened.erased), "note", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        opened.lake.forget(row.crm, row.organisation, some[0])
    monkeypatch.undo()
    put_all_in_order(opened)
    nothing_is_left(opened, row, some[:1])
    assert some[0].hex in opened.erased.known(row.id)


@SQLITE
def test_the_list_of_an_older_version_is_taken_over(audited, some, tmp_path):
    """It was counted neither in the folder nor in the database."""
    _, opened, row = audited
    backup = Backup(opened, tmp_path / "backup")
    erase(opened, row, some[0], "Ada")
    with opened.lake.writing(row.crm, row.organisation) as home:
        known, (path,) = lines(home), list(opened.lake.folder.rglob("*.erased-*"))
        path.write_bytes(home.seal.cells("erased").lock("".join(f"{one}\n" for one in known).encode()))
    with opened.database.writing() as session:
        for name in ("lake_count", "erased_lead"):
            session.execute(METADATA.tables[name].delete())
    put_all_in_order(opened)
    assert opened.erased.known(row.id).keys() == {*known}
    backup.put_back("folder")
    put_all_in_order(opened)
    nothing_is_left(opened, row, some[:1])


@SQLITE
def test_who_comes_back_is_not_held_away_by_the_database(audited, some):
    _, opened, row = audited
    for kind in ("deleted", "restored"):
        keep(opened, row, [told_of(opened, row, kind, some[0])], None)
        settle(opened, row)
        assert (some[0].hex in opened.erased.known(row.id)) == (kind == "deleted")


@SQLITE
def test_an_event_waits_where_the_stored_leads_do_not_open(audited, some, caplog):
    """No start, command or job stops at it; it is acted on once they open again."""
    _, opened, row = audited
    (manifest,) = (path for path in opened.lake.folder.rglob("manifest*") if path.is_file())
    kept = manifest.read_bytes()
    manifest.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    keep(opened, row, [told_of(opened, row, "deleted", some[0])], None)
    settle_all(opened)
    (line,) = caplog.messages
    assert "said is gone could not be erased yet: the stored leads do not open" in line
    assert len(opened.told_events.pending(row.id)) == 1
    manifest.write_bytes(kept)
    settle_all(opened)
    assert opened.told_events.pending(row.id) == ()
    assert held_of(opened, row, some[0]).row == 0
