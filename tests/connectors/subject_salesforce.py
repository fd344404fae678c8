"""A stand-in Salesforce org as the subject of the conformance suite, connected through its OAuth flow."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from connectors.oauth import Grant
from connectors.pseudonym import Keyring
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.oauth import authorization, exchange
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.certificate import Certificate, make_certificate
from connectors.sandbox.fields import FieldSpec, OrgContents, Value
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault
from tests.connectors.conformance import Subject

CALLBACK = "http://127.0.0.1:1/connect/salesforce/callback"
NAMES = {
    "region": "Region__c",
    "age": "Age__c",
    "score": "Score__c",
    "status": "Status",
    "opted_out": "Opted_Out__c",
    "created": "CreatedDate",
    "last_name": "LastName",
    "email": "Email",
}
FIELDS = (
    FieldSpec(name="Region__c", label="Region", type="text"),
    FieldSpec(name="Age__c", label="Age", type="number"),
    FieldSpec(name="Score__c", label="Score", type="number"),
    FieldSpec(name="Opted_Out__c", label="Opted out of profiling", type="boolean"),
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
            if self.grant == stale:
                self.grant = refresh(stale)
                self.renewals += 1
            return self.grant


def contents(leads: tuple[Mapping[str, Value], ...]) -> OrgContents:
    """An org that holds these leads (neutral field -> value)."""
    records = tuple({NAMES[name]: _stored(name, value) for name, value in lead.items()} for lead in leads)
    return OrgContents(fields=FIELDS, records=records, policy="", stream="")


def _stored(name: str, value: Value) -> Value:
    """A system date-time cannot hold anything else in Salesforce, so that it stays empty."""
    if name != "created" or value is None:
        return value
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return value


def app_of(org: SalesforceStandIn) -> SalesforceApp:
    """Fairlead's side of the org's External Client App."""
    org.redirect_uris.add(CALLBACK)
    return SalesforceApp(
        client_id=org.client_id,
        client_secret=org.client_secret,
        redirect_uri=CALLBACK,
        login_url=org.login_url,
        extra_hosts=("127.0.0.1",),
        ca_file=org.certificate.certificate,
    )


def connect(org: SalesforceStandIn) -> MemoryGrants:
    """Consent in the admin's browser, then exchange the code."""
    app = app_of(org)
    request = authorization(app)
    answer = parse_qs(urlsplit(org.consent(request.url)).query)
    assert answer["state"] == [request.state]
    return MemoryGrants(exchange(app, answer["code"][0], request.verifier))


def keyring_of(org: SalesforceStandIn) -> Keyring:
    """The org's keyring under a test's master key."""
    return Keyring(crm="salesforce", organisation=org.organisation, master=bytes(range(32)))


def source_of(org: SalesforceStandIn, grants: MemoryGrants) -> SalesforceSource:
    """A source that never really waits between attempts."""
    return SalesforceSource(app_of(org), grants, keyring_of(org), pause=lambda _: None)


@contextmanager
def salesforce_subject(leads: tuple[Mapping[str, Value], ...]) -> Iterator[Subject]:
    """The leads in an org on loopback; everything stops on exit."""
    with tempfile.TemporaryDirectory() as folder:
        certificate: Certificate = make_certificate(Path(folder))
        with SalesforceStandIn(contents(leads), certificate, seed=1) as org:
            source = source_of(org, connect(org))
            yield Subject(
                source=source,
                keyring=keyring_of(org),
                field=NAMES.__getitem__,
                record_ids=org.record_ids(),
                requested=lambda: frozenset(org.org.requested),
                flags=lambda: _flags(org),
                break_after=lambda calls: org.faults.plan(
                    Fault(kind="api_disabled", at=calls + 1, times=None)
                ),
            )


def _flags(org: SalesforceStandIn) -> dict[str, str]:
    rows = org.org.leads.items()
    return {lead_id: str(row["Fairness_Status__c"]) for lead_id, row in rows if row.get("Fairness_Status__c")}
