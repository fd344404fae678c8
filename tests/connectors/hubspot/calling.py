"""One of several processes that call a portal at once: ``python -m tests.connectors.hubspot.calling``.

Arguments: the API's address, a folder (``-`` for none), an access token, how many calls and searches.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.gate import Gate
from connectors.hubspot.pace import pace_of
from connectors.hubspot.timing import REAL
from connectors.oauth import Grant
from connectors.shared_notes import in_folder
from tests.connectors.subject_hubspot import MemoryGrants

SEARCH = {"filterGroups": [], "limit": 1, "properties": ["hs_object_id"]}


def client_of(url: str, folder: Path | None, token: str) -> HubSpotClient:
    """A client with a grant that lasts."""
    now = datetime.now(UTC)
    grant = Grant(
        organisation="1",
        instance_url=url,
        issued_at=now,
        expires_at=now + timedelta(hours=1),
        scopes=(),
        access_token=token,
    )
    notes = in_folder(folder) if folder else None
    app = HubSpotApp(app_id="1", client_id="c", client_secret="s", redirect_uri="http://x", api_url=url)
    return HubSpotClient(Gate(app, MemoryGrants(grant), pace_of("1", REAL, notes, 100, url), REAL), url)


def main(url: str, folder: str, token: str, calls: int, searches: int) -> None:
    """Make the first call, say so, and at a line of input make the others on three threads."""
    client = client_of(url, None if folder == "-" else Path(folder), token)
    client.groups()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(client.search, SEARCH) for _ in range(searches)]
        running += [pool.submit(client.groups) for _ in range(calls - 1)]
        for one in running:
            one.result()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
