"""The two CRMs that pulls are killed on: what the pulling process is told, and what must stand afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, Literal, Protocol

from connectors.oauth import Grant
from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.salesforce import SalesforceStandIn
from tests.connectors import subject_hubspot, subject_salesforce

Crm = Literal["salesforce", "hubspot"]
REGIONS = ("urban", "rural", "coast")


class Side(Protocol):
    """A stand-in with leads that have a region, some of which opted out."""

    @property
    def crm(self) -> Crm:
        """Which CRM."""
        ...

    @property
    def organisation(self) -> str:
        """The org's id."""
        ...

    @property
    def leads(self) -> int:
        """How many leads there are now."""
        ...

    def told(self, chance: Random) -> dict[str, Any]:
        """What the process that pulls needs, as plain JSON."""
        ...

    def wanted(self) -> Mapping[str, str | None]:
        """The region of each lead that must be held, by its key."""
        ...

    def change_some(self, chance: Random) -> None:
        """What happens in the CRM between two pulls."""
        ...


def plain(grant: Grant) -> dict[str, Any]:
    """A grant as plain JSON."""
    expires = grant.expires_at.isoformat() if grant.expires_at else None
    return {**asdict(grant), "issued_at": grant.issued_at.isoformat(), "expires_at": expires}


@dataclass(frozen=True, slots=True)
class Salesforce:
    """An org of leads, read by Bulk jobs in pages of ``page``."""

    org: SalesforceStandIn
    page: int
    crm: Crm = "salesforce"

    @property
    def organisation(self) -> str:
        return self.org.organisation

    @property
    def leads(self) -> int:
        return len(self.org.org.leads)

    def told(self, chance: Random) -> dict[str, Any]:
        self.org.state.jobs.settings = replace(self.org.state.jobs.settings, page=self.page)
        return {
            "grant": plain(subject_salesforce.connect(self.org).grant),
            "client_id": self.org.client_id,
            "client_secret": self.org.client_secret,
            "login_url": self.org.login_url,
            "ca_file": str(self.org.certificate.certificate),
            "page": self.page,
            "bulk": 1,
            "parallel": self.leads // 2 if chance.random() < 0.5 else 10**9,
        }

    def wanted(self) -> Mapping[str, str | None]:
        keyring = subject_salesforce.keyring_of(self.org)
        rows = self.org.org.leads.items()
        return {keyring.lead_key(one).hex: row["Region__c"] for one, row in rows if not row["Opted_Out__c"]}

    def change_some(self, chance: Random) -> None:
        leads = self.org.org.leads
        for lead_id in chance.sample(sorted(leads), len(leads) // 10):
            now = self.org.org.clock.stamp()
            leads[lead_id] = {**leads[lead_id], "Region__c": chance.choice(REGIONS), "SystemModstamp": now}


@dataclass(frozen=True, slots=True)
class HubSpot:
    """A portal of contacts, whose list is kept in steps of ``page`` (a multiple of 100)."""

    portal: HubSpotStandIn
    page: int
    crm: Crm = "hubspot"

    @property
    def organisation(self) -> str:
        return self.portal.organisation

    @property
    def leads(self) -> int:
        return len(self.portal.desk.ids("contacts"))

    def told(self, chance: Random) -> dict[str, Any]:
        del chance
        connected = subject_hubspot.connect(self.portal)
        return {
            "grant": plain(connected.grants.grant),
            "app_id": connected.app.app_id,
            "client_id": connected.app.client_id,
            "client_secret": connected.app.client_secret,
            "api_url": connected.app.api_url,
            "pages": self.page // 100,
        }

    def wanted(self) -> Mapping[str, str | None]:
        keyring = subject_hubspot.keyring_of(self.portal)
        values = {one: self.portal.values(one) for one in self.portal.desk.ids("contacts")}
        return {
            keyring.lead_key(one).hex: row.get("region")
            for one, row in values.items()
            if row.get("opted_out_of_profiling") != "true"
        }

    def change_some(self, chance: Random) -> None:
        """A tenth moves, some are archived, some merged into another one."""
        desk = self.portal.desk
        ids = list(desk.ids("contacts"))
        chance.shuffle(ids)
        for one in ids[: len(ids) // 10]:
            desk.change("contacts", one, {"region": chance.choice(REGIONS)})
        for one in ids[-3:]:
            desk.archive("contacts", one)
        desk.merge("contacts", ids[0], ids[-4])


@contextmanager
def _salesforce(folder: Path, leads: int, page: int) -> Iterator[Side]:
    rows = tuple(_lead(number) for number in range(leads))
    contents = subject_salesforce.contents(rows)
    with SalesforceStandIn(contents, make_certificate(folder), seed=5) as org:
        yield Salesforce(org, page)


@contextmanager
def _hubspot(folder: Path, leads: int, page: int) -> Iterator[Side]:
    del folder
    names = subject_hubspot.NAMES
    rows = [
        {names[name]: value for name, value in _lead(number).items() if name != "status"}
        for number in range(leads)
    ]
    with HubSpotStandIn(subject_hubspot.contents(rows), seed=5) as portal:
        portal.control.burst_maximum = portal.control.search_maximum = 1_000_000
        portal.control.index_seconds = 0.0
        yield HubSpot(portal, page)


Opening = Callable[[Path, int, int], AbstractContextManager[Side]]
OPEN: Mapping[Crm, Opening] = MappingProxyType({"salesforce": _salesforce, "hubspot": _hubspot})


def _lead(number: int) -> dict[str, Any]:
    return {
        "region": REGIONS[number % 3],
        "age": 20 + number % 50,
        "score": number % 101,
        "status": "open",
        "opted_out": number % 97 == 0,
        "created": f"2026-0{1 + number % 9}-{1 + number % 28:02d}T10:00:00Z",
    }
