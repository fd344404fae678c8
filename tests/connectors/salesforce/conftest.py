"""One org of five hundred leads for this folder's tests, new for each."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.policy.band import Band
from connectors.policy.drop import Drop
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.certificate import Certificate, make_certificate
from connectors.sandbox.salesforce import SalesforceStandIn
from tests.connectors.subject_salesforce import MemoryGrants, connect, contents, source_of

LEADS = tuple(
    {
        "region": ("urban", "rural")[n % 2],
        "age": 20 + n % 50,
        "score": n % 101 / 2,
        "status": "open",
        "opted_out": n % 100 == 99,
        "created": f"2026-0{1 + n % 9}-15T23:30:00-02:00",
        "last_name": f"Canary{n}",
        "email": f"canary{n}@canary.example",
    }
    for n in range(500)
)
POLICY = Policy(
    name="test",
    crm="salesforce",
    object="Lead",
    created="CreatedDate",
    rules=(
        Rule(field="Region__c", operator=Keep(), column="region"),
        Rule(field="Score__c", operator=Keep(), column="score"),
        Rule(field="Age__c", operator=Band(bands=(30.0, 50.0)), column="age"),
        Rule(field="Owner.Type", operator=Keep(), column="owner_type"),
        Rule(field="Email", operator=Drop(), column="email"),
    ),
    exclude_when=("Opted_Out__c",),
)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder: Path = tmp_path_factory.mktemp("tls")
    return make_certificate(folder)


@pytest.fixture(scope="session")
def closing() -> Iterator[ThreadPoolExecutor]:
    """Stopping a server takes half a second, which the next test need not wait for."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


@pytest.fixture
def org(certificate: Certificate, closing: ThreadPoolExecutor) -> Iterator[SalesforceStandIn]:
    running = SalesforceStandIn(contents(LEADS), certificate, seed=7).start()
    yield running
    closing.submit(running.close)


@pytest.fixture
def grants(org: SalesforceStandIn) -> MemoryGrants:
    return connect(org)


@pytest.fixture
def source(org: SalesforceStandIn, grants: MemoryGrants) -> SalesforceSource:
    return source_of(org, grants)
