"""Two processes share one portal's budget: together they never run into HubSpot's limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.connectors.subject_hubspot import connected, some

CALLS, SEARCHES = 70, 7
ROOT = Path(__file__).parents[3]


def stoppable() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(found, folder: str) -> None:
    token = found.grants.grant.access_token
    asked = [found.portal.api_url, folder, token, str(CALLS), str(SEARCHES)]
    command = [sys.executable, "-m", "tests.connectors.hubspot.calling", *asked]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=os.environ, preexec_fn=stoppable)  # noqa: PLW1509
        for _ in range(2)
    ]
    assert [one.wait(120) for one in running] == [0, 0]


@pytest.mark.parametrize("shared", [True, False])
def test_two_processes_stay_under_the_limits_together_and_only_if_they_share(tmp_path, shared):
    with connected(some(3)) as found:
        found.portal.control.burst_maximum, found.portal.control.burst_seconds = 40, 1.0
        run(found, str(tmp_path) if shared else "-")
        calls = found.calls["GET /crm/properties/2026-09/contacts/groups"]
        searches = found.calls["POST /crm/objects/2026-09/contacts/search"]
    # A call that HubSpot answers 429 is made again, so that any of them shows in the sums.
    if shared:
        assert (calls, searches) == (2 * CALLS, 2 * SEARCHES)
    else:
        assert searches > 2 * SEARCHES
