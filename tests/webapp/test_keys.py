"""Keys of organisations: made, rotated, wrapped anew and destroyed; and what is told of them."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import String, text, update

from audit.schema import BadInput
from connectors.hubspot.events import Event
from connectors.inbound import Visit
from connectors.pseudonym import Keyring
from tests.connectors.plain_lake import in_the_clear
from tests.torture.keys import CRM, ORGANISATION, House
from tests.webapp.markup import Page, faults
from tests.webapp.site import Site, open_site
from webapp import access, connecting, jobs
from webapp.cli import main
from webapp.current_keys import flag_of
from webapp.departures import receive
from webapp.environment import settings_from
from webapp.erasure import sweep
from webapp.jobs import Progress, quiet
from webapp.key_command import key_from
from webapp.key_order import put_all_in_order, put_in_order
from webapp.key_rotation import rotate
from webapp.rights.erasing import erase_typed
from webapp.services import Services, open_services
from webapp.store import pseudonymised
from webapp.store.every_table import METADATA
from webapp.store.key_rows import KeyDestroyed
from webapp.store.organisation_key_tables import OrganisationKey
from webapp.store.rows import ConnectionRow
from webapp.store.told_events import Outdated
from webapp.store.work_jobs import JobRow
from webapp.work import kinds
from webapp.work.attempt import Bench

MASTER = bytes(range(32))
OTHER = bytes(range(100, 132))


def in_base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> House:
    environ = {
        "FAIRLEAD_SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9",
        "FAIRLEAD_MASTER_KEY": in_base64(MASTER),
        "FAIRLEAD_DATA_DIR": str(tmp_path / "data"),
        "FAIRLEAD_DATABASE_URL": database_url,
    }
    made = House(environ=environ, leads=60)
    made.fill()
    return made


def test_a_rotation_moves_everything_on(house: House):
    with house.open() as (opened, row):
        before = opened.keyring(row)
        assert rotate(opened, row, "Ada", quiet) == 2
        after = opened.keyring(row)
        assert after.lead_key("1") != before.lead_key("1")
        assert (after.key_for("decision-log"), after.lasting("finding", "x")) == (
            before.key_for("decision-log"),
            before.lasting("finding", "x"),
        )
        house.check(opened, row)
        house.check_tidy(opened)
        assert house.toll.faults == []
        assert [(one.generation, one.state) for one in opened.keys.rows(row.id)] == [
            (2, "active"),
            (1, "former"),
        ]
        assert [(one.who, one.action) for one in opened.accounts.events(1)] == [("Ada", "key rotated")]
        assert opened.told_events.pending(row.id) == ()


def test_every_column_with_lead_keys_is_moved_on():
    named = {(one.table.name, one.column.name) for one in pseudonymised.columns()}
    known = {
        (table.name, column.name)
        for table in METADATA.sorted_tables
        for column in table.columns
        if "lead" in column.name and isinstance(column.type, String)  # others count leads
    }
    assert named >= known
    assert {("lead_flag", "lead_key"), ("told_event", "lead_key")} <= named


def test_a_panel_opened_before_a_rotation_is_answered_after_it(house: House):
    with house.open() as (opened, row):
        ring = opened.keyring(row)
        visit = Visit(crm=CRM, organisation=ORGANISATION, lead=ring.lead_key("7"), generation=1)
        wanted = opened.repository.flag(row.id, visit.lead.hex)
        assert wanted is not None
        again = opened.panel_bearers.read(opened.panel_bearers.issue(visit))
        for _ in range(2):
            rotate(opened, row, "Ada", quiet)
            for one in (visit, again):
                found = flag_of(opened, row, one)
                assert found is not None
                assert (found.reason, found.status) == (wanted.reason, wanted.status)
                assert found.lead_key != wanted.lead_key
        assert flag_of(opened, row, replace(visit, lead=ring.lead_key("nobody"))) is None
        assert flag_of(opened, row, replace(visit, generation=9)) is None


def test_a_rotation_between_the_key_and_the_flag_is_met(house: House, monkeypatch: pytest.MonkeyPatch):
    with house.open() as (opened, row):
        visit = Visit(crm=CRM, organisation=ORGANISATION, lead=opened.keyring(row).lead_key("7"))
        looked = []
        flag = type(opened.repository).flag

        def slowly(repository, connection_id, lead_key):
            if not looked:
                rotate(opened, row, "Ada", quiet)
            looked.append(lead_key)
            return flag(repository, connection_id, lead_key)

        monkeypatch.setattr(type(opened.repository), "flag", slowly)
        found = flag_of(opened, row, visit)
        assert found is not None
        assert len(looked) == 2


def event(opened: Services, row: ConnectionRow, lead: str, digest: str) -> Event:
    ring = opened.keyring(row)
    return Event(
        organisation=ORGANISATION,
        kind="erased",
        lead=ring.lead_key(lead),
        at=opened.clock(),
        digest=digest,
        generation=ring.generation,
    )


def test_events_of_before_a_rotation_are_acted_on_after_it(house: House):
    with house.open() as (opened, row):
        told = [event(opened, row, str(number), f"digest {number}") for number in range(2)]
        opened.intake.keep(row.id, [event(opened, row, "2", "digest 2")])
        rotate(opened, row, "Ada", quiet)
        with pytest.raises(Outdated):
            opened.told_events.keep(row.id, told)
        assert receive(opened, told) == 2
        jobs.settle(opened, row)
        ring = opened.keyring(row)
        held = set(opened.lake.read(CRM, ORGANISATION)["lead_key"].to_pylist())
        flagged = {lead.hex for lead in opened.repository.flags(row.id)}
        gone = {ring.lead_key(str(number)).hex for number in range(3)}
        assert not gone & (held | flagged)
        assert len(held) == len(flagged) == house.leads - 3


def test_a_certificate_names_its_lead_after_rotations(house: House):
    with house.open() as (opened, row):
        erase_typed(opened, row, "7", "Ada")
        for _ in range(2):
            rotate(opened, row, "Ada", quiet)
    named = {}
    for record_id in ("7", "8"):
        words = ["retention", "verify", CRM, "--lead", "--json"]
        done = CliRunner(env=house.environ).invoke(main, words, input=f"{record_id}\n")
        assert done.exit_code == 0, done.output
        named[record_id] = json.loads(done.stdout[done.stdout.index("[") :])
    assert [one["generation"] for one in named["7"]] == [1]
    assert named["8"] == []


def test_nothing_else_runs_while_a_key_is_rotated(house: House):
    with (
        house.open() as (opened, row),
        opened.one_job(row),
        pytest.raises(BadInput, match="worked on already"),
    ):
        rotate(opened, row, "Ada", quiet)


def test_where_the_master_key_is_lost_the_organisation_can_be_let_go_and_connected_again(house: House):
    lost = {**house.environ, "FAIRLEAD_MASTER_KEY": in_base64(OTHER)}
    for arguments in (["keys", "rotate", CRM], ["keys", "status"]):
        done = CliRunner().invoke(main, arguments, env=lost)
        assert (done.exit_code == 0) == (arguments[1] == "status"), done.output
    ended = CliRunner().invoke(main, ["keys", "destroy", CRM, "--yes", ORGANISATION], env=lost)
    assert ended.exit_code == 0, ended.output
    house.environ = lost
    house.fill()
    with house.open() as (opened, row):
        put_all_in_order(opened)
        house.check(opened, row)
        assert house.toll.faults == []


@pytest.mark.parametrize("older", ["folder", "database"])
def test_a_backup_of_the_folder_or_the_database_alone_is_told_and_nothing_is_removed(
    house: House, older: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with house.open() as (opened, row):
        folder, before, table = opened.lake.folder, tmp_path / "before", OrganisationKey.__table__
        shutil.copytree(folder, before)
        with opened.database.reading() as session:
            keys = [dict(one) for one in session.execute(table.select()).mappings()]
        rotate(opened, row, "Ada", quiet)
        if older == "folder":
            shutil.rmtree(folder)
            shutil.copytree(before, folder)
        else:
            with opened.database.writing() as session:
                session.execute(table.delete())
                session.execute(table.insert(), keys)
        held = {path.name for path in folder.rglob("*")}
        put_all_in_order(opened)
        assert "put the data folder and the database of one moment back" in caplog.text
        for job in (lambda: put_in_order(opened, row), lambda: rotate(opened, row, "Ada", quiet)):
            with pytest.raises(BadInput, match="from another time than the database"):
                job()
        assert held == {path.name for path in folder.rglob("*")}
        connecting.end(opened, row, "Ada")
        assert not opened.lake.holds(CRM, ORGANISATION)
    house.fill()
    with house.open() as (opened, row):
        put_in_order(opened, row)
        house.check(opened, row)
        assert house.toll.faults == []


def test_a_destroyed_key_is_told_and_a_new_connection_gets_another(house: House):
    with house.open() as (opened, row):
        first = opened.keyring(row)
        wrapped = _wrapped(opened)
        assert len(wrapped) == 3
        connecting.end(opened, row, "Ada")
        for reading in (opened.keyring, lambda one: opened.lake.read(one.crm, one.organisation)):
            with pytest.raises(
                KeyDestroyed, match=r"destroyed on 20\d\d-.* UTC by Ada: its leads cannot be read"
            ):
                reading(row)
        assert _wrapped(opened) == []
        assert not _in_sqlite(opened, wrapped)
        ended = opened.repository.connection(row.id)
        assert ended is not None
        with pytest.raises(BadInput, match="no key to rotate"):
            rotate(opened, ended, "Ada", quiet)
    house.fill()
    with house.open() as (opened, row):
        second = opened.keyring(row)
        assert (second.generation, second.first) == (2, 2)
        assert second.lead_key("1") != first.lead_key("1")
        assert second.lasting("finding", "x") == first.lasting("finding", "x")
        house.check(opened, row)
        assert house.toll.faults == []


def test_a_leftover_of_a_destroyed_key_cannot_be_read_even_with_the_master_key(house: House):
    with house.open() as (opened, row):
        kept = {path: path.read_bytes() for path in opened.lake.folder.rglob("*") if path.is_file()}
        connecting.end(opened, row, "Ada")
        for path, content in kept.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with pytest.raises(KeyDestroyed):
            opened.lake.read(CRM, ORGANISATION)
        opened.repository.add_connection(CRM, ORGANISATION, "https://example.com")
        opened.keys.renew(row.id, lambda _: None)
        with pytest.raises(BadInput, match="no leads"):
            opened.lake.read(CRM, ORGANISATION)
        put_all_in_order(opened)
        assert not [path for path in kept if path.exists() and path.suffix != ".lock"]


def test_a_disconnect_that_was_cut_short_destroys_the_key_at_the_next_start(house: House):
    with house.open() as (opened, row):
        opened.repository.set_state(row.id, "disconnected")
        sweep(opened)
        assert not opened.keys.is_held(row.id)
        with pytest.raises(KeyDestroyed, match="after the disconnect"):
            opened.keyring(row)


def older_installation(opened: Services) -> None:
    """As the migration leaves a connection that was there before it."""
    with opened.database.writing() as session:
        nothing = dict.fromkeys(("pseudonyms", "sealing", "lasting"))
        session.execute(update(OrganisationKey).values(origin="master", plain=True, **nothing))


def legacy_ring() -> Keyring:
    return Keyring(crm=CRM, organisation=ORGANISATION, master=MASTER)


def test_an_older_installation_keeps_its_pseudonyms_and_is_encrypted(house: House):
    with house.open() as (opened, row):
        old = opened.keyring(row)
        files = in_the_clear(opened.lake, CRM, ORGANISATION)
        older_installation(opened)
        assert opened.keyring(row).lead_key("1") == legacy_ring().lead_key("1") != old.lead_key("1")
        assert opened.lake.read(CRM, ORGANISATION).num_rows == house.leads
        assert "in the clear" in CliRunner(env=house.environ).invoke(main, ["keys", "status"]).output
        with opened.one_job(row):
            put_in_order(opened, row)
        assert not [path for path in files if path.exists()]
        assert {path.read_bytes()[:4] for path in opened.lake.folder.rglob("*.parquet")} == {b"PARE"}
        assert not any(one.plain for one in opened.keys.rows(row.id))
        assert opened.lake.read(CRM, ORGANISATION).num_rows == house.leads
        assert opened.keyring(row).lead_key("1") == legacy_ring().lead_key("1")
        rotate(opened, row, "Ada", quiet)
        assert opened.keyring(row).forward(legacy_ring().lead_key("1"), 1) == opened.keyring(row).lead_key(
            "1"
        )


def test_the_master_key_is_changed_by_wrapping_anew(house: House):
    with house.open() as (opened, row):
        rotate(opened, row, "Ada", quiet)
        before = opened.keyring(row).lead_key("1")
    house.environ["FAIRLEAD_MASTER_KEY"] = in_base64(OTHER)
    with house.open() as (opened, row), pytest.raises(BadInput, match="FAIRLEAD_MASTER_KEY does not open"):
        opened.keyring(row)
    house.environ["FAIRLEAD_MASTER_KEY_PREVIOUS"] = in_base64(MASTER)
    with house.open() as (opened, row):
        assert opened.keyring(row).lead_key("1") == before
        wrapped = _wrapped(opened)
        assert access.reseal(opened).keys == 1
        assert access.reseal(opened).keys == 0
        assert not set(wrapped) & set(_wrapped(opened))
    del house.environ["FAIRLEAD_MASTER_KEY_PREVIOUS"]
    with house.open() as (opened, row):
        assert opened.keyring(row).lead_key("1") == before
        assert opened.lake.read(CRM, ORGANISATION).num_rows == house.leads


def test_the_master_key_of_an_older_installation_can_be_changed_too(house: House):
    with house.open() as (opened, row):
        older_installation(opened)
        assert opened.keyring(row).lead_key("1") == legacy_ring().lead_key("1")
    house.environ["FAIRLEAD_MASTER_KEY"] = in_base64(OTHER)
    house.environ["FAIRLEAD_MASTER_KEY_PREVIOUS"] = in_base64(MASTER)
    with house.open() as (opened, row):
        assert opened.keyring(row).lead_key("1") == legacy_ring().lead_key("1")
        access.reseal(opened)
    del house.environ["FAIRLEAD_MASTER_KEY_PREVIOUS"]
    with house.open() as (opened, row):
        assert opened.keyring(row).lead_key("1") == legacy_ring().lead_key("1")


@pytest.mark.parametrize("older", [False, True])
def test_a_wrong_master_key_of_before_is_told_and_mixes_nothing(house: House, older: bool):
    with house.open() as (opened, row):
        if older:
            in_the_clear(opened.lake, CRM, ORGANISATION)
            older_installation(opened)
        before = opened.keyring(row).lead_key("1")
    house.environ["FAIRLEAD_MASTER_KEY_PREVIOUS"] = in_base64(OTHER)
    with house.open() as (opened, row):
        assert opened.keyring(row).lead_key("1") == before
    done = CliRunner(env=house.environ).invoke(main, ["reseal"])
    assert (done.exit_code, "opened nothing that is left" in done.output) == (0, not older), done.output
    with house.open() as (opened, row):
        assert opened.keyring(row).lead_key("1") == before
    house.environ["FAIRLEAD_MASTER_KEY"] = in_base64(bytes(range(60, 92)))
    for words in (["reseal"], ["keys", "rotate", CRM]):
        done = CliRunner(env=house.environ).invoke(main, words)
        assert done.exit_code == 2
        assert "neither FAIRLEAD_MASTER_KEY nor FAIRLEAD_MASTER_KEY_PREVIOUS opens the key" in done.output
        assert done.output.count("\n") == 1
    with house.open() as (opened, row), pytest.raises(BadInput, match="neither FAIRLEAD_MASTER_KEY nor"):
        opened.keyring(row)


def test_no_secret_is_in_the_database_the_lake_the_log_or_the_output(
    house: House, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    caplog.set_level("DEBUG")
    with house.open() as (opened, row):
        secrets = _secrets(opened, row)
        output = CliRunner(env=house.environ).invoke(main, ["keys", "status", "--json"]).output
        output += CliRunner(env=house.environ).invoke(main, ["keys", "rotate", CRM]).output
        secrets |= _secrets(opened, row)
        output += repr(opened.keys.held(row)) + repr(opened.lake) + repr(opened.keys)
    output += CliRunner(env=house.environ).invoke(main, ["keys", "destroy", CRM], input="4712\n").output
    output += CliRunner(env=house.environ).invoke(main, ["keys", "duckdb", CRM]).output
    output += (
        CliRunner(env=house.environ).invoke(main, ["keys", "destroy", CRM, "--yes", ORGANISATION]).output
    )
    assert "nothing was destroyed" in output
    assert "on a terminal only" in output
    assert "is destroyed" in output
    contents = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    contents += [output.encode(), caplog.text.encode()]
    for secret in secrets:
        for form in (secret, secret.hex().encode(), base64.b64encode(secret), repr(secret)[2:-1].encode()):
            assert not any(form in content for content in contents)


def _secrets(opened: Services, row: ConnectionRow) -> set[bytes]:
    held = opened.keys.held(row)
    ring, seal = held.keyring, held.seal
    return {
        ring.master,
        *ring.later,
        ring.own,
        seal.secret,
        seal.parquet_key,
        ring.key_for("decision-log"),
        MASTER,
    }


def _wrapped(opened: Services) -> list[bytes]:
    query = text("SELECT pseudonyms, sealing, lasting FROM organisation_key")
    with opened.database.reading() as session:
        return [bytes(one) for row in session.execute(query) for one in row if one is not None]


def _in_sqlite(opened: Services, secrets: list[bytes]) -> bool:
    if opened.database.engine.dialect.name != "sqlite":
        return False
    path = Path(str(opened.database.engine.url.database))
    contents = [one.read_bytes() for one in path.parent.glob(f"{path.name}*") if one.is_file()]
    return any(secret in content for secret in secrets for content in contents)


def test_the_pages_tell_and_rotate_and_destroy(tmp_path: Path):
    site = open_site(tmp_path)
    row = site.connect()
    page = f"/connections/{row.id}/key"
    assert "has no key yet" in site.client.get(page).text
    site.services.keyring(row)
    assert faults(site.client.get(page).text) == []
    assert "Generation 1 of its key is in force" in site.client.get(page).text
    assert ask_to_rotate(site, row).status_code == 303
    shown = site.client.get(page).text
    assert "The key is being rotated" in shown
    assert "Rotate the key</button>" not in shown
    assert faults(shown) == []
    done = worked(site)
    assert "Generation 2 of the key is in force. Everything has moved on." in done.told
    shown = site.client.get(page).text
    assert "Generation 2 of its key is in force" in shown
    assert "Rotate the key</button>" in shown
    assert faults(shown) == []
    wrong = site.post(page, f"{page}/destroy", typed="something else")
    assert wrong.status_code == 422
    assert faults(wrong.text) == []
    assert "Nothing was destroyed" in wrong.text
    assert site.services.keys.is_held(row.id)
    assert site.post(page, f"{page}/destroy", typed=row.organisation).status_code == 303
    shown = site.client.get(page).text
    assert "destroyed on" in shown
    assert "Rotate the key" not in Page(shown).text
    site.close()


def ask_to_rotate(site: Site, row: ConnectionRow) -> Any:
    return site.post(f"/connections/{row.id}/key", f"/connections/{row.id}/jobs/key")


def worked(site: Site) -> JobRow:
    """The one open job, after a worker's attempt at it."""
    (job,) = site.services.work.open()
    Bench(opened=site.services, worker="worker-1").attempt(job.id, job.attempt)
    after = site.services.work.get(job.id)
    assert after is not None
    return after


def test_a_page_waits_for_no_rotation_and_tells_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    site = open_site(tmp_path)
    row, going_on = site.connect(), threading.Event()
    page = f"/connections/{row.id}/key"
    site.services.keyring(row)

    def slowly(opened: Services, connection: ConnectionRow, who: str, progress: Progress) -> int:
        with jobs.alone(opened, connection):
            progress("Moving everything on", 25_000, 100_000)
            assert going_on.wait(60)
        return rotate(opened, connection, who, progress)

    monkeypatch.setattr(kinds, "rotate", slowly)
    assert ask_to_rotate(site, row).status_code == 303
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(worked, site)
        for _ in range(600):
            shown = site.client.get("/jobs").text
            if "25,000 of 100,000" in shown:
                break
            time.sleep(0.05)
        assert "Rotate the key" in shown
        assert '<progress max="100" value="25"' in shown
        assert faults(shown) == []
        shown = site.client.get(page).text
        assert "Rotate the key</button>" not in shown
        assert ask_to_rotate(site, row).status_code == 303
        assert len(site.services.work.open()) == 1
        assert "runs already" in site.client.get("/jobs").text
        going_on.set()
        assert "Generation 2 of the key is in force" in work.result(60).told
    site.close()


def test_a_rotation_that_breaks_is_told_and_can_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    site = open_site(tmp_path)
    row = site.connect()
    site.services.keyring(row)

    def breaks(_opened: Services, _connection: ConnectionRow, _who: str, _progress: Progress) -> int:
        message = "a secret"
        raise RuntimeError(message)

    with monkeypatch.context() as patch:
        patch.setattr(kinds, "rotate", breaks)
        ask_to_rotate(site, row)
        assert worked(site).state == "failed"
    shown = site.client.get("/jobs").text
    assert "Something in Fairlead broke (RuntimeError)" in shown
    assert "Start it again" in shown
    assert faults(shown) == []
    assert "a secret" not in caplog.text + shown
    assert site.services.keys.generation(row.id) == 1
    ask_to_rotate(site, row)
    assert "Everything has moved on" in worked(site).told
    site.close()


WORKS = f"{sys.executable} -c \"print(' {in_base64(MASTER)} ')\""


def test_the_master_key_comes_from_a_command(tmp_path: Path):
    environ = {
        "FAIRLEAD_SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9",
        "FAIRLEAD_MASTER_KEY_COMMAND": WORKS,
        "FAIRLEAD_DATA_DIR": str(tmp_path),
    }
    assert settings_from(environ).master == MASTER
    with pytest.raises(BadInput, match="FAIRLEAD_MASTER_KEY and FAIRLEAD_MASTER_KEY_COMMAND are both set"):
        settings_from({**environ, "FAIRLEAD_MASTER_KEY": in_base64(MASTER)})


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/no/such/program x", "cannot be run (No such file or directory)"),
        (f"{sys.executable} -c 'raise SystemExit(3)'", "failed (exit code 3)"),
        (f"{sys.executable} -c 'import time; print(1, flush=True); time.sleep(60)'", "did not end within"),
        (f"{sys.executable} -c pass", "printed nothing"),
        (f"{sys.executable} -c 'print(\"x\" * 9000)'", "printed far more than a key"),
        ("echo 'x", "a quotation mark is not closed"),
    ],
)
def test_a_command_that_gives_no_key_is_told_in_one_sentence(command: str, told: str):
    with pytest.raises(BadInput) as caught:
        key_from(command, "FAIRLEAD_MASTER_KEY_COMMAND", {}, seconds=3)
    assert told in str(caught.value)
    assert str(caught.value).startswith("FAIRLEAD_MASTER_KEY_COMMAND ")


def test_what_a_command_prints_is_in_no_error_and_it_sees_none_of_our_settings():
    environ = {"FAIRLEAD_SECRET_KEY": "hush", "VAULT_TOKEN": "theirs"}
    code = "import os, sys; print(sorted(n for n in os.environ if n[:2] in ('FA', 'VA'))); sys.exit(0)"
    assert key_from(f'{sys.executable} -c "{code}"', "X", environ) == "['VAULT_TOKEN']"
    failing = f"{sys.executable} -c \"import sys; print('{in_base64(OTHER)}'); sys.exit(1)\""
    with pytest.raises(BadInput) as caught:
        key_from(failing, "X", environ)
    assert in_base64(OTHER) not in str(caught.value)


def test_a_process_that_did_not_find_the_key_says_so_in_one_sentence(tmp_path: Path):
    environ = {
        **os.environ,
        "FAIRLEAD_SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9",
        "FAIRLEAD_MASTER_KEY_COMMAND": "false",
        "FAIRLEAD_DATA_DIR": str(tmp_path),
    }
    done = subprocess.run(
        _fairlead("keys", "status"), env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert (
        done.stderr
        == "fairlead: FAIRLEAD_MASTER_KEY_COMMAND failed (exit code 1); run it by hand to see why.\n"
    )


def _fairlead(*words: str) -> list[str]:
    return [sys.executable, "-c", "from webapp.cli import main; main()", *words]


def test_opening_makes_no_secret_before_it_is_needed(house: House):
    other = open_services(settings_from(house.environ))
    row = other.repository.add_connection("salesforce", "00D1", "https://example.com")
    assert other.keys.rows(row.id) == ()
    assert other.keyring(row) == other.keyring(row)
    assert len(other.keys.rows(row.id)) == 1
    other.close()
