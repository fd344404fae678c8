"""What the doctor finds in installations that suffer from what real ones suffer from."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from connectors.decisions.chain import NAME
from connectors.hubspot.events import Event
from connectors.source import Receipt
from tests import processes
from tests.webapp.oidc_provider import CLIENT, OidcProvider
from tests.webapp.oidc_provider import SECRET as PROVIDED
from tests.webapp.site import NAME as ADA
from webapp import decisions, jobs
from webapp.decision_opening import place_of
from webapp.doctor import asking, folder, mounts
from webapp.doctor import examine as examining
from webapp.doctor.case import Case, described, served
from webapp.doctor.examine import examine
from webapp.doctor.result import Result
from webapp.services import Services, open_services
from webapp.store import looking
from webapp.store.database import Database
from webapp.store.notes import Note
from webapp.store.schedules import Rhythm
from webapp.store.work_jobs import Wanted
from webapp.work.slots import slot

SECRET, MASTER = "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER_MASTER = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
APP = {
    "FAIRLEAD_HUBSPOT_APP_ID": "4711",
    "FAIRLEAD_HUBSPOT_CLIENT_ID": "client",
    "FAIRLEAD_HUBSPOT_CLIENT_SECRET": "client-secret",
    "FAIRLEAD_SALESFORCE_CLIENT_ID": "client",
    "FAIRLEAD_SALESFORCE_CLIENT_SECRET": "client-secret",
}


@pytest.fixture
def clock(support) -> Any:
    return support.Clock()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The settings of an installation behind a proxy with both apps."""
    return {
        "FAIRLEAD_SECRET_KEY": SECRET,
        "FAIRLEAD_MASTER_KEY": MASTER,
        "FAIRLEAD_DATA_DIR": str(tmp_path / "data"),
        "FAIRLEAD_PUBLIC_URL": "https://fairlead.example.com",
        "FAIRLEAD_TRUSTED_PROXIES": "1",
        **APP,
    }


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def anywhere(request: pytest.FixtureRequest, environ: dict[str, str]) -> dict[str, str]:
    """The same, on each database."""
    if request.param == "postgres":
        environ["FAIRLEAD_DATABASE_URL"] = str(request.getfixturevalue("postgres_ready"))
    return environ


def found(environ: Mapping[str, str], clock: Any = None) -> tuple[Result, ...]:
    with described(environ, clock) if clock else described(environ) as case:
        return examine(case)


def troubles(results: tuple[Result, ...]) -> list[tuple[str, str]]:
    return [(one.level, one.about) for one in results if one.level != "fine"]


def one(results: tuple[Result, ...], about: str, level: str) -> Result:
    (only,) = [each for each in results if (each.about, each.level) == (about, level)]
    return only


@pytest.fixture
def opened(environ: dict[str, str], clock: Any) -> Iterator[Services]:
    """An installation with an administrator."""
    yield from _opened(environ, clock)


@pytest.fixture
def opened_anywhere(anywhere: dict[str, str], clock: Any) -> Iterator[Services]:
    yield from _opened(anywhere, clock)


def _opened(environ: Mapping[str, str], clock: Any) -> Iterator[Services]:
    with described(environ) as case:
        assert case.settings is not None
        services = open_services(case.settings, clock)
    services.accounts.add_first_user(ADA, "admin", "hash")
    yield services
    services.close()


def connected(opened: Services) -> Any:
    return opened.repository.add_connection("hubspot", "4711", "https://example.com")


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file but SQLite's own beside the database, which only the last one to close removes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


def test_a_sound_installation_with_a_worker_has_nothing_wrong(opened_anywhere, anywhere, clock):
    with slot(opened_anywhere):
        results = found(anywhere, clock)
    assert troubles(results) == []
    assert {"Settings", "Data folder", "Disk", "Database", "Clock", "Worker"} <= {
        each.about for each in results
    }


def test_nothing_is_changed_by_looking(opened_anywhere, anywhere, clock, tmp_path):
    row = connected(opened_anywhere)
    opened_anywhere.repository.save_policy(row.id, "text", ADA)
    opened_anywhere.work.ask(Wanted(connection_id=row.id, kind="sync", who=ADA))
    events = opened_anywhere.accounts.events()
    before = snapshot(tmp_path)
    results = found(anywhere, clock)
    assert any(each.where for each in results)
    assert snapshot(tmp_path) == before
    assert opened_anywhere.accounts.events() == events


def test_of_an_installation_that_rests_not_even_sqlites_own_files_are_made(environ, clock, tmp_path):
    for services in _opened(environ, clock):
        connected(services)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    assert "fairlead.db-wal" not in before
    results = found(environ, clock)
    assert one(results, "Database", "fine")
    assert any(each.where for each in results)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_what_a_killed_process_left_beside_the_database_stays(tmp_path):
    kept, wal = tmp_path / "fairlead.db", tmp_path / "fairlead.db-wal"
    leave = (
        "import os, sqlite3, sys; at = sqlite3.connect(sys.argv[1]); at.execute('PRAGMA journal_mode = WAL');"
        "at.execute('CREATE TABLE t (x)'); at.commit(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", leave, str(kept)], check=True)
    before = (kept.read_bytes(), wal.read_bytes())
    looking.look_at(f"sqlite:///{kept}").database.dispose()
    assert (kept.read_bytes(), wal.read_bytes()) == before
    os.truncate(kept, 0)  # SQLite would delete what it holds to be the journal of another file
    assert looking.look_at(f"sqlite:///{kept}").schema == "none"
    assert (kept.read_bytes(), wal.read_bytes()) == (b"", before[1])


@pytest.mark.usefixtures("opened_anywhere")
def test_a_database_that_is_looked_at_takes_no_write(anywhere):
    with described(anywhere) as case:
        assert case.opened is not None
        with pytest.raises(Exception, match=r"(?i)readonly|read-only"):
            case.opened.accounts.record("x", "y", "z", "")


def test_of_an_installation_that_never_started_nothing_is_made(environ, tmp_path):
    results = found(environ)
    assert one(results, "Data folder", "warning").says.startswith("The data folder is not there yet.")
    assert one(results, "Database", "warning").says.startswith("There is no database yet.")
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("opened")
def test_settings_that_do_not_do_are_told_and_the_rest_is_looked_at(environ):
    environ |= {"FAIRLEAD_MASTER_KEY": "short", "FAIRLEAD_PUBLIC_URL": "http://fairlead.example.com"}
    results = found(environ)
    says = [each.says for each in results if (each.about, each.level) == ("Settings", "wrong")]
    assert [each.split(" ")[0] for each in says] == ["FAIRLEAD_MASTER_KEY", "FAIRLEAD_PUBLIC_URL"]
    assert one(results, "Database", "fine")
    assert one(results, "Data folder", "fine")
    assert "short" not in "".join(each.says + each.mend for each in results)


@pytest.mark.usefixtures("opened")
def test_a_misspelt_setting_is_found_and_others_names_are_not(environ):
    environ |= {"FAIRLEAD_PUBLIC_ULR": "https://x.example.com", "FAIRLEAD_IMAGE": "x", "FAIRLEAD_DATA": "y"}
    told = one(found(environ), "Settings", "warning")
    assert told.says == "FAIRLEAD_PUBLIC_ULR is no setting, so it counts for nothing."
    assert told.mend == "Write FAIRLEAD_PUBLIC_URL, if that is what was meant."


@pytest.mark.usefixtures("opened")
def test_a_secret_file_that_all_may_read_is_told_without_its_place(environ, tmp_path):
    path = tmp_path / "canary-place"
    path.write_text(environ.pop("FAIRLEAD_MASTER_KEY"))
    environ["FAIRLEAD_MASTER_KEY_FILE"] = str(path)
    path.chmod(0o640)
    assert one(found(environ), "Secret files", "fine")
    path.chmod(0o644)
    told = one(found(environ), "Secret files", "warning")
    assert "FAIRLEAD_MASTER_KEY_FILE" in told.says
    assert "canary-place" not in told.says + told.mend


@pytest.mark.parametrize(
    ("change", "about", "words"),
    [
        ({"FAIRLEAD_TRUSTED_PROXIES": "0"}, "Public address", "FAIRLEAD_TRUSTED_PROXIES is 0"),
        ({"FAIRLEAD_PUBLIC_URL": "http://127.0.0.1:8000"}, "Public address", "of this machine alone"),
        ({"FAIRLEAD_OIDC_ROLES": "a=admin"}, "Settings", "without FAIRLEAD_OIDC_ISSUER"),
        ({"FAIRLEAD_SESSION_HOURS": "1"}, "Settings", "never ends a session"),
        ({"FAIRLEAD_METRICS_LISTEN": "0.0.0.0:9464"}, "Settings", "asks for no token"),
        ({"FAIRLEAD_SUMMARY_MODEL_NAME": "small"}, "Settings", "so both are off"),
        (
            {
                "FAIRLEAD_SALESFORCE_SIGN_IN": "true",
                "FAIRLEAD_SALESFORCE_CLIENT_ID": "",
                "FAIRLEAD_SALESFORCE_CLIENT_SECRET": "",
            },
            "Settings",
            "nobody can sign in by it",
        ),
    ],
)
@pytest.mark.usefixtures("opened")
def test_settings_that_cannot_all_be_meant(environ, change, about, words):
    if "FAIRLEAD_SESSION_HOURS" in change:
        change = {**change, "FAIRLEAD_SESSION_IDLE_MINUTES": "61"}
    assert words in one(found(environ | change), about, "warning").says


def test_a_browser_that_came_by_another_address_is_told(opened):
    case = served(opened, {}, "10.0.0.7:8000")
    assert "another address" in one(examine(case), "Public address", "warning").says
    assert one(examine(replace(case, host="fairlead.example.com")), "Public address", "fine")


@pytest.mark.usefixtures("opened")
def test_a_folder_that_others_may_open(environ, tmp_path):
    (tmp_path / "data").chmod(0o755)
    assert "chmod 700" in one(found(environ), "Data folder", "warning").mend


@pytest.mark.usefixtures("opened")
def test_a_folder_that_cannot_be_written_to(environ, monkeypatch, tmp_path):
    """As root nothing is closed, so the answer of the system is another one here."""
    real, closed = os.access, tmp_path / "data"
    monkeypatch.setattr(folder.os, "access", lambda place, mode: place != closed and real(place, mode))
    assert one(found(environ), "Data folder", "wrong").says.endswith("by this account.")


@pytest.mark.parametrize(("free", "level"), [(100, "wrong"), (1000, "warning"), (9000, "fine")])
@pytest.mark.usefixtures("opened")
def test_a_disk_that_fills_up(environ, monkeypatch, free, level):
    usage = shutil.disk_usage("/")._replace(free=free * folder.MIB)
    monkeypatch.setattr(folder.shutil, "disk_usage", lambda _: usage)
    assert f"{free:,} MiB left" in one(found(environ), "Disk", level).says


@pytest.mark.usefixtures("opened")
def test_a_disk_that_takes_no_more_files(environ, monkeypatch):
    answer = os.statvfs("/")
    few = os.statvfs_result((*answer[:5], 100_000, 10, 10, *answer[8:]))
    monkeypatch.setattr(folder.os, "statvfs", lambda _: few)
    assert one(found(environ), "Disk", "wrong").says == "The disk takes 10 more files only."


MOUNTS = """22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 22 0:35 / /srv rw,relatime shared:20 - nfs4 server:/srv rw,vers=4.2
41 40 254:2 / /srv/local rw shared:21 - xfs /dev/vdb1 rw
42 22 0:36 / /with\\040blank rw - cifs //server/share rw
43 22 0:37 / /twice rw - ext4 /dev/vdc1 rw
44 22 0:38 / /twice rw - fuse.sshfs host:/x rw
odd line
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/var/lib/fairlead", "ext4"),
        ("/srv/fairlead", "nfs4"),
        ("/srv/local/x", "xfs"),
        ("/srvx", "ext4"),
        ("/with blank/data", "cifs"),
        ("/twice/data", "fuse.sshfs"),
    ],
)
def test_the_file_system_of_a_folder(place, kind):
    assert mounts.kind_in(MOUNTS, Path(place)) == kind


@pytest.mark.usefixtures("opened")
def test_sqlite_behind_a_network_is_wrong_and_postgresql_a_warning(environ, monkeypatch, tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text(f"22 1 0:35 / {tmp_path} rw - nfs4 server:/x rw\n")
    monkeypatch.setattr(mounts, "TABLE", table)
    assert "SQLite breaks there" in one(found(environ), "Disk", "wrong").says
    environ["FAIRLEAD_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    assert "nfs4" in one(found(environ), "Disk", "warning").says
    monkeypatch.setattr(mounts, "TABLE", tmp_path / "none")
    assert mounts.kind_of(tmp_path) == ""


@pytest.mark.parametrize(
    "url",
    ["postgresql://nobody:canary@127.0.0.1:1/none", "sqlite:////proc/none/canary.db", "mysql://canary/x"],
)
def test_a_database_that_is_away_is_told_and_the_rest_is_looked_at(environ, url, tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    results = found(environ | {"FAIRLEAD_DATABASE_URL": url})
    told = [each for each in results if each.about == "Database"]
    assert [each.level for each in told] == ["warning" if "/proc/" in url else "wrong"]
    assert one(results, "Data folder", "fine")
    assert "canary" not in "".join(each.says + each.mend for each in results)


def test_a_database_that_goes_away_while_a_page_is_made(opened_anywhere):
    case = served(opened_anywhere, {}, "")
    opened_anywhere.database.engine.dispose()
    gone = create_engine("sqlite:////proc/none/gone.db")
    away = replace(opened_anywhere, database=Database(engine=gone))
    results = examine(replace(case, opened=away))
    assert ("wrong", "Database") in troubles(results)
    assert one(results, "Data folder", "fine")


@pytest.mark.parametrize(("version", "level"), [("0001", "warning"), ("9999", "wrong")])
def test_tables_of_another_version(opened_anywhere, anywhere, version, level):
    with opened_anywhere.database.writing() as session:
        before = session.scalar(text("SELECT version_num FROM alembic_version"))
        session.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": version})
    results = found(anywhere)
    assert one(results, "Database", level)
    assert not [each for each in results if each.about == "Worker"], "what needs the tables is left out"
    with opened_anywhere.database.reading() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == version
    assert before != version


def test_an_empty_database_and_a_journal_that_is_no_wal(environ, tmp_path, clock):
    place = tmp_path / "data"
    place.mkdir(mode=0o700)
    (place / "fairlead.db").touch()
    assert one(found(environ), "Database", "warning").says == "It holds no tables yet."
    (place / "fairlead.db").unlink()
    for services in _opened(environ, clock):
        services.close()
        with closing(sqlite3.connect(place / "fairlead.db")) as raw:
            raw.execute("PRAGMA journal_mode = DELETE")
        assert "journal in the old way" in one(found(environ), "Database", "warning").says


def test_a_clock_that_is_behind_or_jumped(opened, environ, clock):
    connected(opened)
    opened.certain.keep(clock())
    clock.forward(days=-1)
    assert "something is stored of" in one(found(environ, clock), "Clock", "wrong").says
    clock.forward(days=47)
    assert "believe-clock" in one(found(environ, clock), "Clock", "warning").mend
    clock.forward(days=-40)
    assert one(found(environ, clock), "Clock", "fine")


def test_without_an_administrator(environ, clock):
    for services in _opened(environ, clock):
        with services.database.writing() as session:
            session.execute(text("UPDATE user_account SET role = 'viewer'"))
        assert "/setup" in one(found(environ), "People", "warning").mend


def test_jobs_that_nobody_does(opened_anywhere, anywhere, clock):
    row = connected(opened_anywhere)
    assert one(found(anywhere, clock), "Worker", "warning")
    asked = opened_anywhere.work.ask(Wanted(connection_id=row.id, kind="sync", who=ADA))
    assert one(found(anywhere, clock), "Worker", "wrong").says == "No worker runs, and a job waits for one."
    opened_anywhere.work.begin(asked.id, asked.attempt, "worker-1")
    assert "its worker has died" in one(found(anywhere, clock), "Jobs", "wrong").says
    with slot(opened_anywhere) as name:
        assert name == "worker-1"
        assert not [each for each in found(anywhere, clock) if each.about == "Jobs"]
        clock.forward(days=2)
        told = one(found(anywhere, clock), "Jobs", "warning")
        assert told.says.startswith("Pull and audit (HubSpot 4711): it runs since")


def test_a_job_that_waits_though_a_worker_is_there(opened, environ, clock):
    row = connected(opened)
    opened.work.ask(Wanted(connection_id=row.id, kind="log", who=ADA))
    with slot(opened):
        clock.forward(minutes=5)
        assert not [each for each in found(environ, clock) if each.about == "Jobs"]
        clock.forward(minutes=10)
        assert "though a worker runs" in one(found(environ, clock), "Jobs", "warning").says


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("consent_needed", "wrong"),
        ("pull_incomplete", "wrong"),
        ("limit_reached", "warning"),
        ("connected", "fine"),
    ],
)
def test_what_the_last_attempt_found(opened, environ, clock, state, level):
    row = connected(opened)
    opened.repository.set_state(row.id, state, "The sentence of the attempt")
    told = one(found(environ, clock), "Connection", level)
    assert told.where == "HubSpot 4711"
    assert level == "fine" or "The sentence of the attempt" in told.says


def test_a_disconnected_crm_is_left_out(opened, environ, clock):
    row = connected(opened)
    opened.repository.set_state(row.id, "disconnected")
    assert not [each for each in found(environ, clock) if each.where]


def test_a_crm_whose_app_was_taken_out(opened, environ, clock):
    connected(opened)
    without = {name: value for name, value in environ.items() if "HUBSPOT" not in name}
    assert "is not in the settings" in one(found(without, clock), "Connection", "wrong").says


def test_pulls_that_do_not_come(opened, environ, clock):
    row = connected(opened)
    clock.forward(days=3)
    assert one(found(environ, clock), "Pulls", "warning").says == "It was never read."
    rhythm = Rhythm(on=False, days="0", minute=0, zone="UTC")
    opened.schedules.save(row.id, {"sync": rhythm}, ADA)
    says = {each.says for each in found(environ, clock) if each.about == "Pulls"}
    assert any(each.startswith("No pull starts by itself") for each in says)


def test_rules_that_are_not_there_do_not_read_or_were_not_measured(opened, environ, clock, support):
    row = connected(opened)
    results = found(environ, clock)
    assert "no policy yet" in one(results, "Policy", "warning").says
    assert "Nobody has said yet" in one(results, "Score and groups", "warning").says
    opened.repository.save_policy(row.id, "odd = ", ADA)
    opened.repository.save_stream(row.id, "odd = ", ADA)
    results = found(environ, clock)
    assert one(results, "Policy", "wrong").mend == "Mend it on the page Policy."
    assert one(results, "Score and groups", "wrong")
    opened.notes.save_policy(row.id, support.policy_text("hubspot"), ADA, Note(reason="None yet"))
    opened.repository.save_stream(row.id, support.STREAM, ADA)
    results = found(environ, clock)
    assert "Nobody has measured yet" in one(results, "Policy", "warning").says
    assert one(results, "Score and groups", "fine")
    bare = "\n".join(
        line for line in support.STREAM.splitlines() if "threshold" not in line and "outcome" not in line
    )
    opened.repository.save_stream(row.id, bare, ADA)
    assert (
        "no threshold"
        in one(
            tuple(each for each in found(environ, clock) if "threshold" in each.says),
            "Score and groups",
            "warning",
        ).says
    )


def test_keys_that_do_not_open_or_wait_for_a_reseal(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    own = crms.services.settings
    changed = own.model_copy(update={"master_key": type(own.master_key)(bytes(range(32, 64)))})
    case = served(replace(crms.services, settings=changed), {}, "")
    results = examine(case)
    assert one(results, "Key", "wrong").says.startswith("FAIRLEAD_MASTER_KEY does not open")
    assert one(results, "Tokens of the CRM", "wrong")
    both = changed.model_copy(update={"master_key_previous": own.master_key})
    case = served(replace(crms.services, settings=both), {}, "")
    results = examine(case)
    assert "fairlead reseal" in one(results, "Key", "warning").mend
    assert "fairlead reseal" in one(results, "Tokens of the CRM", "warning").mend
    needless = own.model_copy(update={"master_key_previous": changed.master_key})
    results = examine(served(replace(crms.services, settings=needless), {}, ""))
    assert "FAIRLEAD_MASTER_KEY_PREVIOUS" in one(results, "Key", "warning").says


def test_a_rotation_that_has_not_ended(opened, environ, clock):
    row = connected(opened)
    opened.keys.begin(row, ADA)
    assert "has not ended" in one(found(environ, clock), "Key", "warning").says
    opened.keys.destroy(row.id, ADA)
    assert "was destroyed" in one(found(environ, clock), "Key", "wrong").says


def test_a_log_that_is_broken_cut_off_or_was_not_looked_at(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    decisions.check(crms.services, row)

    def told(level: str, **later: float) -> Result:
        moved = replace(crms.services, clock=lambda: crms.services.clock() + timedelta(**later))
        return one(examine(served(moved, {}, "")), "Decision log", level)

    assert told("fine")
    assert "last verified" in told("warning", days=16).says
    place = place_of(crms.services, row)
    whole = (place / NAME).read_bytes()
    (place / NAME).write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert "shorter than the database knows" in told("wrong").says
    decisions.check(crms.services, row)
    assert "It is not as it was written." in told("wrong").says


def test_leads_and_log_that_are_gone_from_the_folder(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    decisions.check(crms.services, row)
    results = examine(served(crms.services, {}, ""))
    assert one(results, "Leads", "fine")
    assert one(results, "Decision log", "fine")
    shutil.rmtree(crms.services.settings.data_dir / "leads")
    results = examine(served(crms.services, {}, ""))
    assert "are not in the data folder" in one(results, "Leads", "wrong").says
    assert "gone from the data folder" in one(results, "Decision log", "wrong").says


def test_another_kind_of_database_comes_with_a_mend(environ):
    environ["FAIRLEAD_DATABASE_URL"] = "mysql://u:sEcReT@h/x"
    told = one(found(environ), "Database", "wrong")
    assert "must name a SQLite file" in told.says
    assert told.mend == "Set it right, then start Fairlead again."
    assert "sEcReT" not in repr(told)


def test_a_check_with_a_defect_hides_no_other(opened, monkeypatch):
    def broken(_case: Case) -> list[Result]:
        msg = "canary"
        raise KeyError(msg)

    monkeypatch.setattr(examining, "WHOLE", (broken, *examining.WHOLE))
    results = examine(served(opened, {}, ""))
    assert one(results, "Broken", "wrong").says == "This check has a defect (KeyError)."
    assert one(results, "Data folder", "fine")
    assert "canary" not in str(results)


def test_webhooks_that_never_came(opened, environ, clock):
    row = connected(opened)
    assert not [each for each in found(environ, clock) if each.about == "Webhooks"]
    clock.forward(days=8)
    told = one(found(environ, clock), "Webhooks", "warning")
    assert "https://fairlead.example.com/hubspot/webhooks" in told.mend
    lead = opened.keyring(row).lead_key("1")
    event = Event(organisation="4711", kind="deleted", lead=lead, at=clock(), digest="d", generation=1)
    opened.told_events.keep(row.id, [event])
    assert one(found(environ, clock), "Webhooks", "fine")


def test_what_the_last_write_back_could_not_write(opened, environ, clock):
    row = connected(opened)
    failed = {"MERGED": 2, "READ_ONLY_VALUE:fairlead_status": 3}
    receipt = Receipt(
        listed=9, written=4, cleared=0, unchanged=0, unknown=0, failed=failed, notes=("A field lacks.",)
    )
    opened.repository.add_receipt(row.id, receipt)
    told = [each for each in found(environ, clock) if each.about == "Write-back"]
    assert [each.level for each in told] == ["warning", "warning"]
    assert told[0].says == "A field lacks."
    assert told[1].says.startswith("3 not written (READ_ONLY_VALUE): The portal no longer lets an app write")
    opened.repository.add_receipt(
        row.id, Receipt(listed=9, written=9, cleared=0, unchanged=0, unknown=0, failed={})
    )
    assert one(found(environ, clock), "Write-back", "fine")


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_the_crms_are_asked_on_wish(crms, crm):
    row = crms.ready(crm)
    results = tuple(asking.crm(crms.services, row))
    assert "sees 240 leads" in one(results, "Asking the CRM", "fine").says
    if crm == "salesforce":  # HubSpot tells an app of the marketplace nothing of the day
        assert "calls of the day are used; Fairlead stops at 80 %." in one(results, "API calls", "fine").says
    tight = crms.services.settings.model_copy(update={f"{crm}_api_percent": 1})
    used = asking.calls(replace(crms.services, settings=tight), row, 50, 1000)
    assert used.level == "wrong"


def test_a_crm_that_refuses_or_is_busy(crms):
    row = crms.ready("salesforce")
    crms.services.grants(row.id).delete()
    told = one(tuple(asking.crm(crms.services, row)), "Asking the CRM", "wrong")
    assert "no consent any more" in told.says


def test_the_provider_is_asked_on_wish(environ, clock):
    provider = OidcProvider()
    with provider.server:
        environ |= {
            "FAIRLEAD_OIDC_ISSUER": provider.issuer,
            "FAIRLEAD_OIDC_CLIENT_ID": CLIENT,
            "FAIRLEAD_OIDC_CLIENT_SECRET": PROVIDED,
        }
        for services in _opened(environ, clock):
            told = one(tuple(asking.sign_in(services)), "Single sign-on", "fine")
            assert "https://fairlead.example.com/login/oidc/callback" in told.says
            provider.odd.add("openid-configuration-500")
            told = one(tuple(asking.sign_in(services)), "Single sign-on", "wrong")
            assert "does not answer now" in told.says


def fairlead(environ: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    return processes.run(("doctor", *words), env={**plain, **environ})


def test_the_command_tells_by_its_exit_code(opened, environ):
    with slot(opened):
        done = fairlead(environ)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.rstrip().endswith("Nothing is wrong, 0 warnings.")
        connected(opened)
        done = fairlead(environ, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"]) == (1, False)
    assert told["counts"]["wrong"] == sum(each["level"] == "wrong" for each in told["results"]) == 1
    (wrong,) = [each for each in told["results"] if each["level"] == "wrong"]
    assert wrong["where"] == "HubSpot 4711"
    assert wrong["mend"] == "Connect the CRM again."


@pytest.mark.usefixtures("opened")
def test_the_command_with_broken_settings_ends_with_2_and_looks_at_the_rest(environ):
    done = fairlead(environ | {"FAIRLEAD_TRUSTED_PROXIES": "many"})
    assert done.returncode == 2
    assert "WRONG  Settings: FAIRLEAD_TRUSTED_PROXIES" in done.stdout
    assert "Mend: " in done.stdout
    assert "In order: Data folder, Database" in done.stdout
    for secret in (SECRET, MASTER, "client-secret"):
        assert secret not in done.stdout + done.stderr


def test_the_command_asks_the_crms(crms):
    settings, row = crms.services.settings, crms.ready("hubspot")
    environ = {
        "FAIRLEAD_SECRET_KEY": SECRET,
        "FAIRLEAD_MASTER_KEY": MASTER,
        "FAIRLEAD_DATA_DIR": str(settings.data_dir),
        "FAIRLEAD_PUBLIC_URL": settings.public_url,
        "FAIRLEAD_HUBSPOT_APP_ID": crms.hubspot.app_id,
        "FAIRLEAD_HUBSPOT_CLIENT_ID": crms.hubspot.client_id,
        "FAIRLEAD_HUBSPOT_CLIENT_SECRET": crms.hubspot.client_secret,
        "FAIRLEAD_HUBSPOT_API_URL": crms.hubspot.api_url,
    }
    before = crms.services.grants(row.id).load()
    done = fairlead(environ, "--json")
    assert crms.services.grants(row.id).load() == before, "nobody was asked"
    assert "Asking the CRM" not in done.stdout
    done = fairlead(environ, "--ask-crms", "--json")
    told = [each for each in json.loads(done.stdout)["results"] if each["about"] == "Asking the CRM"]
    assert [each["level"] for each in told] == ["fine"]
    assert crms.services.grants(row.id).load() != before
