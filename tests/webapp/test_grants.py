import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from connectors.errors import Busy, Refused
from connectors.oauth import Grant
from tests.processes import FORKED
from webapp.secrets_box import SecretsBox
from webapp.store.database import Database, open_database
from webapp.store.grants import DatabaseGrants
from webapp.store.repository import Repository

MASTER = bytes(range(32))
GRANT = Grant(
    organisation="00D000000000001EAA",
    instance_url="https://acme.my.salesforce.com",
    issued_at=datetime(2026, 11, 1, tzinfo=UTC),
    expires_at=None,
    scopes=("api", "refresh_token"),
    access_token="access-canary-1",
    refresh_token="refresh-canary-1",
)


def grants_in(database: Database, connection_id: str, master: bytes = MASTER) -> DatabaseGrants:
    box = SecretsBox(master=master, purpose="grant")
    return DatabaseGrants(database=database, box=box, connection_id=connection_id)


@pytest.fixture
def grants(database: Database) -> DatabaseGrants:
    row = Repository(database=database).add_connection("salesforce", GRANT.organisation, GRANT.instance_url)
    store = grants_in(database, row.id)
    store.save(GRANT)
    return store


def renewed(grant: Grant) -> Grant:
    return replace(grant, access_token="access-2", refresh_token="refresh-2")


def test_a_grant_comes_back_as_it_was(grants):
    assert grants.load() == GRANT


def test_a_renewed_grant_is_durable(grants, database):
    assert grants.renew(GRANT, renewed) == renewed(GRANT)
    assert grants_in(database, grants.connection_id).load() == renewed(GRANT)


def test_who_comes_late_gets_the_newer_grant_without_asking(grants):
    grants.renew(GRANT, renewed)

    def never(_grant: Grant) -> Grant:
        pytest.fail("asked the CRM again")

    assert grants.renew(GRANT, never) == renewed(GRANT)


def test_a_renewal_without_an_answer_keeps_the_tokens_marks_them_and_lets_go(grants):
    def busy(_grant: Grant) -> Grant:
        msg = "not now"
        raise Busy(msg, retry_after=1)

    with pytest.raises(Busy):
        grants.renew(GRANT, busy)
    assert grants.load() == replace(GRANT, in_doubt=True)
    seen = []

    def again(grant: Grant) -> Grant:
        seen.append(grant)
        return renewed(GRANT)

    assert grants.renew(GRANT, again) == renewed(GRANT)
    assert seen == [replace(GRANT, in_doubt=True)]
    assert grants.load() == renewed(GRANT)


def test_twenty_threads_renew_once(grants):
    calls, start = [], threading.Barrier(20)

    def refresh(grant: Grant) -> Grant:
        calls.append(grant)
        time.sleep(0.2)
        return renewed(grant)

    def work(_: int) -> Grant:
        start.wait()
        return grants.renew(GRANT, refresh)

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(work, range(20)))
    assert results == [renewed(GRANT)] * 20
    assert calls == [GRANT]


def test_other_writers_go_on_during_a_renewal(grants, database):
    def refresh(grant: Grant) -> Grant:
        began = time.monotonic()
        Repository(database=database).set_state(grants.connection_id, "connected", "still here")
        assert time.monotonic() - began < 5
        return renewed(grant)

    grants.renew(GRANT, refresh)


def _renew_elsewhere(url: str, connection_id: str, calls: str) -> None:
    def refresh(grant: Grant) -> Grant:
        with Path(calls).open("a") as file:
            file.write("call\n")
        time.sleep(0.3)
        return renewed(grant)

    database = open_database(url)
    got = grants_in(database, connection_id).renew(GRANT, refresh)
    database.dispose()
    if got != renewed(GRANT):
        raise SystemExit(1)


def test_processes_renew_once(grants, database_url, tmp_path):
    calls = tmp_path / "calls"
    arguments = (database_url, grants.connection_id, str(calls))
    workers = [FORKED.Process(target=_renew_elsewhere, args=arguments) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert calls.read_text() == "call\n"
    assert grants.load() == renewed(GRANT)


@pytest.mark.usefixtures("grants")
def test_no_token_is_readable_in_the_database(database):
    with database.reading() as session:
        sealed = bytes(session.scalar(text("SELECT sealed FROM stored_grant")))
    assert b"canary" not in sealed
    assert b"salesforce" not in sealed


def test_no_token_is_in_the_files(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'fairlead.db'}")
    row = Repository(database=database).add_connection("salesforce", GRANT.organisation, GRANT.instance_url)
    grants_in(database, row.id).save(GRANT)
    database.dispose()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"canary" in path.read_bytes()]


def test_another_master_key_is_a_clear_refusal(grants, database):
    with pytest.raises(Refused, match="master key"):
        grants_in(database, grants.connection_id, bytes(range(1, 33))).load()


@pytest.mark.usefixtures("grants")
def test_a_grant_moved_to_another_connection_does_not_open(database):
    other = Repository(database=database).add_connection("salesforce", "00Dother", "https://other")
    with database.writing() as session:
        session.execute(text("UPDATE stored_grant SET connection_id = :id"), {"id": other.id})
    with pytest.raises(Refused):
        grants_in(database, other.id).load()


def test_after_deletion_there_is_no_grant(grants):
    grants.delete()
    grants.delete()
    with pytest.raises(Refused, match="connect it again"):
        grants.load()


def test_no_token_shows_in_a_repr(grants):
    assert "canary" not in repr(grants) + repr(grants.load())
