"""serve, connect, sync and publish, as a person types them: real processes, real exit codes."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest
import requests

from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.server import free_port
from tests import processes
from webapp import jobs
from webapp.erasure import left_over

SECRETS = {
    "FAIRLEAD_SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9",
    "FAIRLEAD_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}
RUN = [sys.executable, "-W", "error", "-c", "from webapp.cli import main; main()"]


def environ(**changes: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    return {**plain, **changes}


def fairlead(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return processes.run(arguments, env=env)


@pytest.fixture
def world_env(crms) -> dict[str, str]:
    """The environment of the installation that is set up for both stand-ins."""
    settings = crms.services.settings
    return environ(
        **SECRETS,
        FAIRLEAD_DATA_DIR=str(settings.data_dir),
        FAIRLEAD_PUBLIC_URL=settings.public_url,
        FAIRLEAD_SALESFORCE_CLIENT_ID=crms.salesforce.client_id,
        FAIRLEAD_SALESFORCE_CLIENT_SECRET=crms.salesforce.client_secret,
        FAIRLEAD_SALESFORCE_LOGIN_URL=crms.salesforce.login_url,
        FAIRLEAD_SALESFORCE_EXTRA_HOSTS="127.0.0.1",
        FAIRLEAD_SALESFORCE_CA_FILE=str(crms.salesforce.certificate.certificate),
        FAIRLEAD_HUBSPOT_APP_ID=crms.hubspot.app_id,
        FAIRLEAD_HUBSPOT_CLIENT_ID=crms.hubspot.client_id,
        FAIRLEAD_HUBSPOT_CLIENT_SECRET=crms.hubspot.client_secret,
        FAIRLEAD_HUBSPOT_API_URL=crms.hubspot.api_url,
    )


@pytest.fixture
def served(tmp_path) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """A new installation that serves, its environment and the facts it printed."""
    env = environ(**SECRETS, FAIRLEAD_DATA_DIR=str(tmp_path / "data"))
    arguments = [*RUN, "serve", "--port", str(free_port()), "--json"]
    with subprocess.Popen(arguments, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield env, {**json.loads(process.stdout.readline()), "pid": str(process.pid)}
        process.terminate()
        try:
            assert process.wait(20) == 0, "a stop signal is not an error"
        finally:
            process.kill()  # or leaving the block would wait for ever


def browser() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


@pytest.mark.parametrize("command", ["serve", "connect", "sync", "publish"])
def test_every_command_explains_itself(command):
    done = fairlead(command, "--help", env=environ())
    assert done.returncode == 0
    assert "--json" in done.stdout


@pytest.mark.parametrize("arguments", [["serve"], ["sync"], ["publish"], ["connect", "hubspot"]])
def test_without_secrets_nothing_starts_and_each_is_named(arguments, tmp_path):
    done = fairlead(*arguments, env=environ(FAIRLEAD_DATA_DIR=str(tmp_path / "data")))
    assert (done.returncode, done.stdout) == (2, "")
    for name in SECRETS:
        assert f"{name} is not set (looked for {name} and {name}_FILE)" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_the_printed_code_makes_the_first_account(served):
    _, facts = served
    with browser() as session:
        page = session.get(f"{facts['url']}/", timeout=10).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        form = {"csrf_token": token[1], "token": facts["setup_code"], "name": "Ada"}
        words = {"password": "four words in a row", "repeat": "four words in a row"}
        made = session.post(f"{facts['url']}/setup", data=form | words, timeout=10)
        assert made.ok
        assert session.get(f"{facts['url']}/connections", timeout=10).url.endswith("/connections")


def test_a_taken_port_is_a_sentence(served, tmp_path):
    env, facts = served
    port = facts["listening"].rsplit(":", 1)[1]
    done = fairlead("serve", "--port", port, env=env | {"FAIRLEAD_DATA_DIR": str(tmp_path / "other")})
    assert done.returncode == 2
    assert "choose another one with --port" in done.stderr


def test_sync_and_publish_do_all_connections(crms, world_env):
    rows = [crms.ready(crm) for crm in ("salesforce", "hubspot")]
    done = fairlead("sync", "--json", env=world_env)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert [one["connection"] for one in results] == [row.id for row in rows]
    for one in results:
        assert (
            one["read"] == one["kept"] + sum(one["rejected"].values()) + sum(one["excluded"].values()) == 240
        )
    written = json.loads(fairlead("publish", "--json", env=world_env).stdout)
    assert [one["written"] for one in written] == [one["kept"] for one in results]


def test_sync_says_in_words_what_it_found(crms, world_env):
    row = crms.ready("hubspot")
    done = fairlead("sync", "hubspot", env=world_env)
    assert done.returncode == 0
    audit = crms.services.repository.latest_audit(row.id)
    assert "240 leads = 236 kept + 0 rejected + 4 excluded" in done.stdout
    assert audit.worst in done.stdout
    told = "240 leads = 236 written + 0 cleared + 0 unchanged + 4 not audited + 0 failed"
    assert told in fairlead("publish", row.id, env=world_env).stdout


def test_a_crm_that_refuses_is_3_and_does_not_stop_the_other(crms, world_env):
    broken, fine = crms.ready("salesforce"), crms.ready("hubspot")
    crms.salesforce.faults.plan(Fault(kind="api_disabled", times=None))
    done = fairlead("sync", "--json", env=world_env)
    assert done.returncode == 3
    assert "Salesforce" in done.stderr
    assert "Traceback" not in done.stderr
    assert crms.services.repository.latest_audit(broken.id) is None
    assert crms.services.repository.latest_audit(fine.id)


@pytest.mark.parametrize("command", ["sync", "publish"])
def test_every_command_erases_what_a_killed_job_left_of_a_disconnected_crm(crms, world_env, command):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    crms.services.repository.set_state(row.id, "disconnected")
    assert left_over(crms.services)
    assert "nothing is connected yet" in fairlead(command, env=world_env).stderr
    assert left_over(crms.services) == ()
    assert not list(crms.services.settings.data_dir.rglob("*.parquet"))


def test_what_cannot_be_erased_is_one_sentence_and_stops_no_command(crms, world_env, tmp_path):
    row, other = crms.ready("hubspot"), crms.ready("salesforce")
    jobs.sync(crms.services, row)
    crms.services.repository.set_state(row.id, "disconnected")
    place = crms.services.lake.folder / "hubspot" / row.organisation
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    done = fairlead("sync", "--json", env=world_env)
    assert (done.returncode, [one["connection"] for one in json.loads(done.stdout)]) == (0, [other.id])
    (line,) = [line for line in done.stderr.splitlines() if "erased" in line]
    assert f": The leads of HubSpot {row.organisation} could not be erased here (" in line


def test_a_defect_is_70_and_does_not_stop_the_other(crms, world_env):
    broken, fine = crms.ready("salesforce"), crms.ready("hubspot")
    folder = crms.services.settings.data_dir / "leads" / "salesforce"
    (folder / f"{broken.organisation}.erased").mkdir(parents=True)
    done = fairlead("sync", "--json", env=world_env)
    assert done.returncode == 70
    assert [one.get("error", "")[:27] for one in json.loads(done.stdout)] == [
        "this is a defect in Fairlea",
        "",
    ]
    assert "IsADirectoryError" in done.stderr
    assert "lake.py" in done.stderr
    assert str(folder) not in done.stdout + done.stderr
    assert crms.services.repository.latest_audit(broken.id) is None
    assert crms.services.repository.latest_audit(fine.id)


def test_an_unknown_connection_is_a_sentence(world_env):
    done = fairlead("sync", "nobody", env=world_env)
    assert done.returncode == 2
    assert "there is no connection 'nobody'" in done.stderr


def test_connect_waits_for_the_consent_that_an_admin_gives(crms, world_env):
    arguments = [*RUN, "connect", "hubspot", "--json", "--wait", "60"]
    with subprocess.Popen(
        arguments, env=world_env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as p:
        assert p.stderr is not None
        assert p.stdout is not None
        assert f"Open {crms.services.settings.public_url}/connections" in p.stderr.readline()
        row = crms.connect("hubspot")
        assert p.wait(60) == 0
        assert json.loads(p.stdout.read())["connected"]["connection"] == row.id


def test_connect_gives_up_after_its_time(world_env):
    done = fairlead("connect", "hubspot", "--wait", "1", env=world_env)
    assert done.returncode == 3
    assert "no consent came" in done.stderr


def test_connect_needs_a_running_server(world_env):
    closed = world_env | {"FAIRLEAD_PUBLIC_URL": f"http://127.0.0.1:{free_port()}"}
    done = fairlead("connect", "salesforce", env=closed)
    assert done.returncode == 2
    assert "start it with fairlead serve" in done.stderr


def test_help_does_not_load_the_heavy_libraries():
    code = (
        "import sys, webapp.cli.serve, webapp.cli.connect;"
        "heavy = {'sklearn', 'altair', 'vl_convert', 'scipy.stats', 'simple_salesforce', 'hubspot'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"FAIRLEAD_DATA_DIR": "{file}/data"}, "FAIRLEAD_DATA_DIR"),
        ({"FAIRLEAD_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x"}, "database cannot be opened"),
        ({"FAIRLEAD_DATABASE_URL": "sqlite:///{file}"}, "database cannot be opened"),
    ],
)
def test_an_unusable_place_is_one_sentence(changes, words, tmp_path):
    (tmp_path / "file").write_text("no database, but longer than a header " * 9)
    made = {name: value.replace("{file}", str(tmp_path / "file")) for name, value in changes.items()}
    env = environ(**SECRETS) | {"FAIRLEAD_DATA_DIR": str(tmp_path)} | made
    done = fairlead("serve", "--port", "0", env=env)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hunter2" not in done.stderr


def test_an_address_that_is_none_of_ours_is_one_sentence(tmp_path):
    env = environ(**SECRETS, FAIRLEAD_DATA_DIR=str(tmp_path / "data"))
    done = fairlead("serve", "--host", "no.such.host.invalid", "--port", "0", env=env)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "--host" in done.stderr


def test_a_huge_body_is_refused_before_it_is_kept(served):
    _, facts = served
    host, port = urlsplit(facts["listening"]).netloc.split(":")
    head = "POST /salesforce/canvas HTTP/1.1\r\nHost: x\r\nContent-Length: 300000000\r\n\r\n"
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(200)


def test_a_policy_is_previewed_on_the_connected_crm(crms, world_env, support, tmp_path):
    row = crms.connect("salesforce")
    path = tmp_path / "policy.toml"
    path.write_text(support.policy_text("salesforce"))
    told = fairlead("policy", "preview", str(path), "--crm", "salesforce", env=world_env)
    assert told.returncode == 0, told.stderr
    assert "Before the policy (kinds of values only)" in told.stdout
    assert "Region__c: text of 1 to 10 characters" in told.stdout
    assert "240 read = 236 kept + 0 rejected + 4 excluded" in told.stdout
    assert crms.services.repository.policies(row.id) == ()
    other = fairlead("policy", "preview", str(path), "--crm", "salesforce", "--org", "00D9", env=world_env)
    assert (other.returncode, "there is no connection '00D9'" in other.stderr) == (2, True)
