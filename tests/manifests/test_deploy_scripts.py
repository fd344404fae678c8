"""What runs of manifests/deploy: the secrets that are made, jobs in their order, units as systemd reads."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import absent
from tests.manifests.deploy_files import documents
from webapp.environment import settings_from

DEPLOY = Path(__file__).resolve().parents[2] / "manifests" / "deploy"
# A stand-in for the command: it writes down what it is asked for, and ends as told by FAKE_<FIRST WORD>.
FAKE = """#!/bin/sh
echo "$*" >>"$CALLS"
[ "$1" != keys ] || echo "$CONNECTED"
if [ "$1" = sync ] && [ -n "${FAKE_WAIT:-}" ]; then
    trap 'kill $!; echo stopped >>"$CALLS"; exit 143' TERM
    sleep 60 &
    wait
fi
eval "exit \\${FAKE_$1:-0}"
"""
EVERY = ["keys status", "sync", "publish", "retention run", "log verify"]


def make_secrets(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", DEPLOY / "make-secrets", folder, *more], capture_output=True, text=True, check=True
    )


def settings_of(folder: Path, place: str) -> dict[str, str]:
    """The settings of an environment file, with the secrets of a folder."""
    text = (DEPLOY / place).read_text()
    pairs = re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)
    return {name: re.sub(r"^/\S*/(?=\w+$)", f"{folder}/", value) for name, value in pairs}


@pytest.mark.parametrize("place", ["systemd/example.env", "kubernetes/base/settings.env"])
def test_the_secrets_fit_the_settings(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder, "postgresql:///fairlead?host=/run/postgresql")
    settings = settings_from(settings_of(folder, place))
    assert settings.database == "postgresql:///fairlead?host=/run/postgresql"
    assert settings.public_url == "https://fairlead.example.com"
    assert settings.hubspot_client_secret is settings.master_key_previous is None
    assert folder.stat().st_mode & 0o777 == 0o700


def test_secrets_differ_and_are_never_written_again(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    make_secrets(first)
    make_secrets(second)
    before = {path.name: path.read_text() for path in first.iterdir()}
    (compose,) = documents(DEPLOY / "compose.yaml")
    assert set(before) == set(compose["secrets"])
    for name in ("secret_key", "master_key", "postgres_password"):
        assert before[name] != (second / name).read_text()
    password = before["postgres_password"]
    assert before["database_url"] == f"postgresql://fairlead:{password}@database/fairlead"
    assert re.fullmatch(r"[0-9a-f]{48}", password)
    told = make_secrets(first).stdout
    assert "made" not in told
    assert {path.name: path.read_text() for path in first.iterdir()} == before


def test_an_empty_address_is_sqlite(tmp_path: Path) -> None:
    make_secrets(tmp_path / "s", "")
    settings = settings_from(settings_of(tmp_path / "s", "systemd/example.env"))
    assert settings.database.startswith("sqlite:///")


class Jobs:
    """The script over a stand-in for the command."""

    def __init__(self, folder: Path) -> None:
        self.calls = folder / "calls"
        (folder / "bin").mkdir()
        fake = folder / "bin" / "fairlead"
        fake.write_text(FAKE)
        fake.chmod(0o755)
        path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {
            "PATH": path,
            "CALLS": str(self.calls),
            "FAIRLEAD_DATA_DIR": str(folder),
            "CONNECTED": "Acme",
        }

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", DEPLOY / "fairlead-jobs", *words],
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["sh", DEPLOY / "fairlead-jobs", *words],
            env={**self.environment, **more},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads
        )

    @property
    def called(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    def wait_for(self, line: str, count: int = 1) -> None:
        for _ in range(500):
            if self.called.count(line) >= count:
                return
            time.sleep(0.02)
        pytest.fail(f"{line} was not called: {self.called}")


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def test_a_round_is_in_order(jobs: Jobs) -> None:
    assert jobs.run("once").returncode == 0
    assert jobs.called == EVERY


def test_what_fails_stops_nothing_and_the_gravest_code_counts(jobs: Jobs) -> None:
    done = jobs.run("once", FAKE_sync="3", FAKE_publish="2")
    assert done.returncode == 3
    assert jobs.called == EVERY


def test_where_nothing_is_connected_nothing_is_done(jobs: Jobs) -> None:
    done = jobs.run("once", CONNECTED="")
    assert done.returncode == 0
    assert "Nothing is connected yet" in done.stdout
    assert jobs.called == ["keys status"]


def test_a_database_that_is_away_is_no_empty_installation(jobs: Jobs) -> None:
    done = jobs.run("once", FAKE_keys="2", CONNECTED="")
    assert done.returncode == 2
    assert jobs.called == ["keys status"]


def test_rounds_go_on_and_the_last_one_is_told(jobs: Jobs) -> None:
    assert jobs.run("last").returncode == 0
    running = jobs.start("every", "0", FAKE_publish="3")
    jobs.wait_for("log verify", 2)
    running.terminate()
    assert running.wait(timeout=20) == 143
    assert jobs.run("last").returncode == 3


def test_a_stop_reaches_the_command_at_once(jobs: Jobs) -> None:
    running = jobs.start("every", "3600", FAKE_WAIT="yes")
    jobs.wait_for("sync")
    time.sleep(0.1)
    running.terminate()
    assert running.wait(timeout=20) == 143
    jobs.wait_for("stopped")
    assert "publish" not in jobs.called


def test_a_stop_ends_the_pause(jobs: Jobs) -> None:
    running = jobs.start("every", "3600")
    jobs.wait_for("log verify")
    time.sleep(0.1)
    running.terminate()
    assert running.wait(timeout=20) == 143


def test_contents_and_a_wrong_word(jobs: Jobs) -> None:
    assert jobs.run("contents", FAKE_log="1").returncode == 1
    assert jobs.called == ["log verify --contents"]
    done = jobs.run("twice")
    assert done.returncode == 2
    assert "usage" in done.stderr


def systemd(*words: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        absent("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, starting a program that is on every machine: systemd looks for it."""
    for path in (*(DEPLOY / "systemd").glob("*.service"), *(DEPLOY / "systemd").glob("*.timer")):
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text)
    return tmp_path


def test_systemd_takes_the_units(units: Path) -> None:
    done = systemd("verify", *units.glob("fairlead*"))
    assert (done.returncode, done.stderr) == (0, "")
    (units / "fairlead.service").write_text("[Service]\nType=none\n")
    assert systemd("verify", units / "fairlead.service").returncode != 0


def test_systemd_finds_little_exposure(units: Path) -> None:
    services = sorted(units.glob("*.service"))
    for path in services:
        assert systemd("--offline=true", "--threshold=15", "security", path).returncode == 0
    soft = services[0].read_text().replace("ProtectSystem=strict\n", "").replace("PrivateUsers=yes\n", "")
    services[0].write_text(soft)
    assert systemd("--offline=true", "--threshold=15", "security", services[0]).returncode != 0
