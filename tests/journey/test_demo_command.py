"""``fairlead demo`` as a person runs it: a real process, its output, its exit code."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from connectors.sandbox.server import free_port
from tests import processes
from webapp.demo.home import Home

FAIRLEAD = Path(sys.executable).parent / "fairlead"


def demo(*options: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return processes.run(("demo", *options), env=os.environ, folder=folder)


def test_a_first_run_is_no_summary(tmp_path):
    done = demo("--first-run", "--once", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--first-run serves until it is stopped" in done.stderr


def test_a_year_has_leads_and_a_journey_of_its_own(tmp_path):
    done = demo("--year", "--first-run", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "leave out --data and --first-run" in done.stderr


def demo_from_nothing(*options: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(FAIRLEAD), "demo", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_taken_port_is_told_before_anything_is_done(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = demo("--port", str(taken.getsockname()[1]), folder=tmp_path)
    assert done.returncode == 2
    assert "is taken; choose another one with --port" in done.stderr
    assert "Preparing" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def calls(tmp_path_factory) -> Path:
    """A folder with a file of 900 calls and its stream, which names no score."""
    folder = tmp_path_factory.mktemp("calls")
    chance = random.Random(5)  # noqa: S311 - made-up calls
    with (folder / "calls.csv").open("w", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(["age", "job", "balance", "duration", "bought"])
        for _ in range(900):
            balance = chance.randint(0, 5_000)
            bought = chance.random() < 0.1 + balance / 10_000
            rows.writerow(
                [
                    chance.randint(18, 80),
                    chance.choice("ab"),
                    balance,
                    900 * bought,
                    "yes" if bought else "no",
                ]
            )
    (folder / "calls.toml").write_text(
        '[stream]\nname = "calls"\noutcome = "bought"\n'
        '[[stream.attribute]]\nname = "age"\nbands = [30, 60]\n'
        '[[stream.attribute]]\nname = "job"\n'
    )
    return folder


def test_once_does_everything_and_prints_the_account(tmp_path):
    done = demo_from_nothing("--once", "--leads", "400", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in ("Leads pulled", "kept", "rejected", "excluded", "Findings: critical", "Worst finding in"):
        assert words in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_summary_for_programs_adds_up(tmp_path):
    done = demo("--once", "--leads", "400", "--json", folder=tmp_path)
    told = json.loads(done.stdout)
    assert set(told) == {"salesforce", "hubspot"}
    assert sum(one["leads"]["read"] for one in told.values()) == 400
    for one in told.values():
        leads = one["leads"]
        left_out = sum(leads["rejected"].values()) + sum(leads["excluded"].values())
        assert leads["read"] == leads["kept"] + left_out
        assert sum(one["findings"].values()) > 0


def test_a_file_without_a_score_is_scored_and_pulled_through_both_crms(calls):
    done = demo("--once", "--data", "calls.csv", "--stream", "calls.toml", "--json", folder=calls)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [told[crm]["leads"]["kept"] for crm in ("salesforce", "hubspot")] == [450, 450]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--data", "calls.csv"], ["--data", "--stream"]),
        (["--data", "nothing.csv", "--stream", "calls.toml"], ["nothing.csv"]),
        (["--data", "calls.csv", "--stream", "nothing.toml"], ["nothing.toml"]),
        (["--leads", "3"], ["--leads"]),
    ],
)
def test_a_mistake_is_one_sentence(calls, options, words):
    done = demo("--once", *options, folder=calls)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert [word for word in words if word not in last] == []
    assert sorted(path.name for path in calls.iterdir()) == ["calls.csv", "calls.toml"]


def test_a_taken_port_is_said_before_anything_is_pulled(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = demo("--leads", "300", "--port", str(port), folder=tmp_path)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr


def test_a_second_demo_in_one_folder_is_refused_and_touches_nothing(tmp_path):
    home = Home(folder=tmp_path / ".fairlead" / "demo")
    with home.alone():
        home.open_for("the contents of the one that runs")
        done = demo("--leads", "300", "--port", str(free_port()), folder=tmp_path)
        assert home.data.is_dir()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "fairlead: a demo is running in .fairlead/demo already; stop it, or start this one in another folder"
    ]


def served(folder: Path, port: int) -> str:
    """Start the demo, open its dashboard, stop it as Ctrl+C does; returns what it printed."""
    command = [str(FAIRLEAD), "demo", "--leads", "400", "--port", str(port)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            printed.append(line)
            if "Ctrl+C" in line:
                break
        assert requests.get(f"http://127.0.0.1:{port}/", timeout=10).status_code == 200
        process.send_signal(signal.SIGINT)
        printed.append(process.stdout.read())
        assert process.wait(timeout=20) == 0
    return "".join(printed)


def test_a_second_start_shows_the_same_audit_under_the_same_password(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    first = served(tmp_path, port)
    began = time.time()
    second = served(tmp_path, port)
    assert "with the password" in first
    for label in ("Worst finding in Salesforce", "Sign in to Fairlead", "Policy for HubSpot"):
        (before,) = [line for line in first.splitlines() if label in line]
        (after,) = [line for line in second.splitlines() if label in line]
        assert before == after
    database = tmp_path / ".fairlead" / "demo" / "data" / "leads"
    assert max(path.stat().st_mtime for path in database.rglob("*.parquet")) < began
