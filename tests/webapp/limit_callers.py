"""Processes that call one CRM all at once, for tests of the limits that they share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.gate import Gate
from connectors.hubspot.pace import pace_of
from connectors.hubspot.timing import REAL
from connectors.oauth import Grant
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.gateway import Gateway
from tests.connectors.subject_hubspot import MemoryGrants
from webapp.store.database import Database, open_database
from webapp.store.shared_notes import shared_notes

SEARCH = {"filterGroups": [], "limit": 1, "properties": ["hs_object_id"]}
THREADS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What a process needs to call: where the notes are, the app, a token, and how many calls it makes."""

    database_url: str
    folder: Path
    app: HubSpotApp | SalesforceApp
    address: str
    token: str
    calls: int
    searches: int = 0

    def opened(self) -> Database:
        """The database, whose notes are those of an installation."""
        return open_database(self.database_url)

    def grants(self) -> MemoryGrants:
        """A grant that lasts."""
        now = datetime.now(UTC)
        grant = Grant(
            organisation="1",
            instance_url=self.address,
            issued_at=now,
            expires_at=now + timedelta(hours=1),
            scopes=(),
            access_token=self.token,
        )
        return MemoryGrants(grant)


def call_hubspot(caller: Caller, begun: Any, go: Any) -> None:
    """Say that it is ready, and at a sign make all calls and searches."""
    assert isinstance(caller.app, HubSpotApp)
    notes = shared_notes(caller.opened(), caller.folder)
    gate = Gate(caller.app, caller.grants(), pace_of("1", REAL, notes, 100, caller.address), REAL)
    client = HubSpotClient(gate, caller.address)
    client.groups()
    searches = [lambda: client.search(SEARCH)] * caller.searches
    _all([*searches, *[client.groups] * (caller.calls - 1)], begun, go)


def call_salesforce(caller: Caller, begun: Any, go: Any) -> None:
    """The same at an org."""
    assert isinstance(caller.app, SalesforceApp)
    app = replace(caller.app, notes=shared_notes(caller.opened(), caller.folder))
    gateway = Gateway(app, caller.grants(), organisation="1")
    gateway.now()
    _all([lambda: gateway.query("SELECT Id FROM Lead LIMIT 1", "count")] * (caller.calls - 1), begun, go)


def _all(calls: list[Callable[[], object]], begun: Any, go: Any) -> None:
    begun.set()
    go.wait(60)
    with ThreadPoolExecutor(THREADS) as pool:
        for one in [pool.submit(call) for call in calls]:
            one.result()
