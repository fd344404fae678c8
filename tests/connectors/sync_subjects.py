"""Both CRMs as subjects of the conformance suite of syncs: what people do there, and what is held of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from connectors.policy.model import Policy
from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.hubspot.faults import Fault as PortalFault
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault as OrgFault
from connectors.synced import Synced
from tests.connectors import subject_hubspot, subject_salesforce
from tests.connectors.hubspot import syncing as on_hubspot
from tests.connectors.salesforce import syncing as on_salesforce


class Desk(Protocol):
    """What the desks of both CRMs have in common; every sync through it is checked to add up."""

    lake: Any
    source: Any

    def sync(self, policy: Any = ..., wanted: Any = ..., score: str = ...) -> Synced:
        """One sync."""
        ...

    def rows(self, *, hidden: bool = ...) -> Any:
        """What is held."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSubject:
    """One CRM with leads and the deeds of its people; leads are known by their place.

    ``wanted`` is the region of each lead that must be held, by key. ``break_off`` lets a sync fail for good
    after its first page of leads, until ``mend``.
    """

    desk: Desk
    policy: Policy
    keyring: Any
    ids: tuple[str, ...]
    wanted: Callable[[], Mapping[str, str | None]]
    move: Callable[[int, str], None]
    object_to: Callable[[int, bool], None]
    remove: Callable[[int], None]
    merge: Callable[[int, int], None]
    forget: Callable[[int], None]
    later: Callable[[float], None]
    break_off: Callable[[], None]
    mend: Callable[[], None]

    def key(self, number: int) -> str:
        return str(self.keyring.lead_key(self.ids[number]).hex)

    def held(self) -> dict[str, str | None]:
        rows = self.desk.rows()
        keys = rows["lead_key"].to_pylist()
        assert len(keys) == len(set(keys))
        return dict(zip(keys, rows["region"].to_pylist(), strict=True))


LEADS = tuple(
    {
        "region": ("urban", "rural")[n % 2],
        "age": 20 + n % 50,
        "score": n % 101,
        "status": "open",
        "opted_out": n % 50 == 49,
        "created": f"2026-0{1 + n % 9}-15T10:00:00Z",
    }
    for n in range(300)
)


@contextmanager
def salesforce() -> Iterator[SyncSubject]:
    """An org of 300 leads that nobody touched for two days."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with SalesforceStandIn(subject_salesforce.contents(LEADS), make_certificate(folder), seed=7) as org:
            desk = on_salesforce.desk_of(org, folder)
            desk.age()
            keyring = subject_salesforce.keyring_of(org)
            rows = org.org.leads
            yield SyncSubject(
                desk=desk,
                policy=on_salesforce.POLICY,
                keyring=keyring,
                ids=org.record_ids(),
                wanted=lambda: {
                    keyring.lead_key(one).hex: row["Region__c"]
                    for one, row in rows.items()
                    if not row["Opted_Out__c"] and not row["IsDeleted"]
                },
                move=lambda number, region: desk.change(number, Region__c=region),
                object_to=lambda number, said: desk.change(number, Opted_Out__c=said),
                remove=lambda number: desk.change(number, IsDeleted=True),
                merge=lambda winner, loser: (
                    desk.change(loser, IsDeleted=True, MasterRecordId=org.record_ids()[winner]),
                    desk.change(winner),
                )[0],
                forget=lambda number: rows.pop(org.record_ids()[number]) and None,
                later=lambda minutes: org.org.clock.advance(minutes * 60),
                break_off=lambda: org.faults.plan(OrgFault(kind="server_error", times=None, path="queryAll")),
                mend=org.faults.clear,
            )


@contextmanager
def hubspot() -> Iterator[SyncSubject]:
    """A portal of 300 contacts."""
    names = subject_hubspot.NAMES
    rows = [{names[n]: value for n, value in lead.items() if n != "status"} for lead in LEADS]
    with (
        tempfile.TemporaryDirectory() as name,
        HubSpotStandIn(subject_hubspot.contents(rows), seed=7) as portal,
    ):
        connected = subject_hubspot.connect(portal)
        desk, ids = on_hubspot.desk_of(connected, Path(name)), portal.record_ids()
        do = portal.desk

        def wanted() -> Mapping[str, str | None]:
            values = {one: portal.values(one) for one in do.ids("contacts")}
            return {
                connected.keyring.lead_key(one).hex: row.get("region")
                for one, row in values.items()
                if row.get("opted_out_of_profiling") != "true"
            }

        yield SyncSubject(
            desk=desk,
            policy=on_hubspot.POLICY,
            keyring=connected.keyring,
            ids=ids,
            wanted=wanted,
            move=lambda number, region: do.change("contacts", ids[number], {"region": region}),
            object_to=lambda number, said: do.change(
                "contacts", ids[number], {"opted_out_of_profiling": said}
            ),
            remove=lambda number: do.archive("contacts", ids[number]),
            merge=lambda winner, loser: do.merge("contacts", ids[winner], ids[loser]),
            forget=lambda number: do.erase(ids[number]),
            later=lambda minutes: portal.clock.advance(minutes * 60),
            break_off=lambda: portal.control.plan(
                PortalFault(path="/objects/2026-09/contacts", method="GET", times=None)
            ),
            mend=portal.control.mend,
        )


SUBJECTS: Mapping[str, Callable[[], AbstractContextManager[SyncSubject]]] = MappingProxyType(
    {"salesforce": salesforce, "hubspot": hubspot}
)
