"""Two processes share one portal's budget: together they never run into HubSpot's limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.connectors.subject_hubspot import connected, some

CALLS, SEARCHES = 70, 7
ROOT = Path(__file__).parents[3]


def stoppable() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=stoppable,  # noqa: PLW1509
    )


def run(found, folder: Path) -> None:
    """Two processes that begin in the same moment."""
    token = found.grants.grant.access_token
    asked = [found.portal.api_url, str(folder), token, str(CALLS), str(SEARCHES)]
    command = [sys.executable, "-m", "tests.connectors.hubspot.calling", *asked]
    with ExitStack() as stack:
        running = [stack.enter_context(started(command)) for _ in range(2)]
        assert [one.stdout.readline() for one in running] == ["ready\n"] * 2
        for one in running:
            one.stdin.write("go\n")
            one.stdin.flush()
        assert [one.wait(180) for one in running] == [0, 0]


def test_two_processes_stay_under_the_limits_together(tmp_path):
    with connected(some(3)) as found:
        found.portal.control.burst_maximum, found.portal.control.burst_seconds = 40, 1.0
        run(found, tmp_path)
        calls = found.calls["GET /crm/properties/2026-09/contacts/groups"]
        searches = found.calls["POST /crm/objects/2026-09/contacts/search"]
    # A call that HubSpot answers 429 is made again, so that any of them shows in the sums.
    assert (calls, searches) == (2 * CALLS, 2 * SEARCHES)
