"""A stand-in HubSpot portal as the subject of the conformance suite, connected through its OAuth flow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.oauth import authorization, exchange
from connectors.hubspot.source import HubSpotSource
from connectors.hubspot.timing import Timing
from connectors.oauth import Grant
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.pseudonym import Keyring
from connectors.sandbox.fields import FieldSpec, OrgContents, Value
from connectors.sandbox.hubspot import HubSpotStandIn
from tests.connectors.conformance import Subject

CALLBACK = "http://127.0.0.1:1/connect/hubspot/callback"
NAMES = {
    "region": "region",
    "age": "age",
    "score": "lead_score",
    "status": "hs_lead_status",
    "opted_out": "opted_out_of_profiling",
    "created": "createdate",
    "last_name": "lastname",
    "email": "email",
}
FIELDS = (
    FieldSpec(name="region", label="Region", type="text"),
    FieldSpec(name="age", label="Age", type="number"),
    FieldSpec(name="lead_score", label="Lead score", type="number"),
    FieldSpec(name="opted_out_of_profiling", label="Opted out of profiling", type="boolean"),
)
POLICY = Policy(
    name="test",
    crm="hubspot",
    object="contacts",
    created="createdate",
    rules=(
        Rule(field="region", operator=Keep(), column="region"),
        Rule(field="lead_score", operator=Keep(), column="score"),
    ),
    exclude_when=("opted_out_of_profiling",),
)


@dataclass(slots=True)
class MemoryGrants:
    """A grant store in memory: single-flight behind a lock, and it remembers each renewal."""

    grant: Grant
    renewals: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self) -> Grant:
        return self.grant

    def renew(self, stale: Grant, refresh: Callable[[Grant], Grant]) -> Grant:
        with self.lock:
            if self.grant is stale:
                self.grant = refresh(stale)
                self.renewals += 1
            return self.grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A stand-in portal, our app in it, and a source over the grant."""

    portal: HubSpotStandIn
    app: HubSpotApp
    grants: MemoryGrants
    keyring: Keyring
    source: HubSpotSource

    @property
    def calls(self) -> Mapping[str, int]:
        return self.portal.control.calls


def contents(records: Sequence[Mapping[str, Value]]) -> OrgContents:
    return OrgContents(fields=FIELDS, records=tuple(records), policy="", stream="")


def some(count: int, **more: Value) -> list[dict[str, Value]]:
    """Made-up contacts: regions a, b, c in turn, scores 0 to 99, one a minute."""
    return [
        {
            "lastname": f"Lastname{number}",
            "email": f"person{number}@canary.example",
            "region": "abc"[number % 3],
            "lead_score": number % 100,
            "createdate": f"2026-03-{1 + number // 1440:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00Z",
            **more,
        }
        for number in range(count)
    ]


def app_of(portal: HubSpotStandIn, version: str = "2026-09") -> HubSpotApp:
    portal.redirect_uris.add(CALLBACK)
    return HubSpotApp(
        app_id=portal.app_id,
        client_id=portal.client_id,
        client_secret=portal.client_secret,
        redirect_uri=CALLBACK,
        authorize_url=portal.api_url,
        api_url=portal.api_url,
        api_version=version,
    )


def consented(portal: HubSpotStandIn, app: HubSpotApp, timing: Timing) -> Grant:
    """The whole consent flow over HTTP."""
    request = authorization(app)
    query = parse_qs(urlsplit(portal.consent(request.url)).query)
    assert query["state"] == [request.state]
    return exchange(app, query["code"][0], request.verifier, timing)


def timing_of(portal: HubSpotStandIn) -> Timing:
    """The stand-in's clock: waiting moves it forward instead of taking time."""
    clock = portal.clock
    return Timing(
        now=lambda: datetime.fromtimestamp(clock.now(), UTC), monotonic=clock.now, sleep=clock.advance
    )


def keyring_of(portal: HubSpotStandIn) -> Keyring:
    return Keyring(crm="hubspot", organisation=portal.organisation, master=bytes(range(32)))


def connect(portal: HubSpotStandIn, version: str = "2026-09") -> Connected:
    timing, app, keyring = timing_of(portal), app_of(portal, version), keyring_of(portal)
    grants = MemoryGrants(consented(portal, app, timing))
    source = HubSpotSource(app, grants, keyring, timing)
    return Connected(portal=portal, app=app, grants=grants, keyring=keyring, source=source)


@contextmanager
def connected(records: Sequence[Mapping[str, Value]], version: str = "2026-09") -> Iterator[Connected]:
    with HubSpotStandIn(contents(records), seed=7) as portal:
        yield connect(portal, version)


@contextmanager
def hubspot_subject(leads: tuple[Mapping[str, Value], ...]) -> Iterator[Subject]:
    """These leads as contacts of a connected portal."""
    with connected([{NAMES[name]: value for name, value in lead.items()} for lead in leads]) as found:
        portal = found.portal
        yield Subject(
            source=found.source,
            keyring=found.keyring,
            field=NAMES.__getitem__,
            record_ids=portal.record_ids(),
            requested=lambda: frozenset(portal.control.requested),
            flags=lambda: _flags(portal),
            break_after=portal.control.break_after,
        )


def _flags(portal: HubSpotStandIn) -> dict[str, str]:
    stored = {name: portal.values(name).get("fairscore_status") for name in portal.record_ids()}
    return {name: status for name, status in stored.items() if status}
