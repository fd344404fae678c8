"""An org and a lake for tests of syncs, and the account that every one of them must keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from connectors.lake import Lake
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.clock import rest_datetime
from connectors.synced import Synced, Wish
from tests.connectors.subject_salesforce import connect, keyring_of, source_of
from tests.seals import SEALS

POLICY = Policy(
    name="sync",
    crm="salesforce",
    object="Lead",
    created="CreatedDate",
    rules=(
        Rule(field="Region__c", operator=Keep(), column="region"),
        Rule(field="Score__c", operator=Keep(), column="score"),
    ),
    exclude_when=("Opted_Out__c",),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """One org with its lake. Every sync is checked to add up, in its own account and in the whole."""

    org: SalesforceStandIn
    lake: Lake
    source: SalesforceSource

    def sync(
        self, policy: Policy = POLICY, wanted: Literal["", "full", "reconcile"] = "", score: str = "score"
    ) -> Synced:
        done = self.source.sync(self.lake, policy, Wish(score=score, wanted=wanted))
        for account in (done.run, done.whole):
            turned_away = sum(account.rejected.values()) + sum(account.excluded.values())
            assert account.read == account.kept + turned_away
        assert done.whole.kept == self.rows(hidden=False).num_rows
        return done

    def rows(self, *, hidden: bool = True) -> Any:
        return self.lake.read("salesforce", self.org.organisation, hidden=hidden)

    def lead(self, number: int) -> Mapping[str, Any] | None:
        """One lead by its place in the org, as the lake holds it."""
        key = keyring_of(self.org).lead_key(self.org.record_ids()[number]).hex
        return next((row for row in self.rows().to_pylist() if row["lead_key"] == key), None)

    def change(self, number: int, minutes_ago: float = 0, **values: Any) -> None:
        """What a person does to a lead."""
        lead_id = self.org.record_ids()[number]
        moment = rest_datetime(self.org.org.clock.now() - timedelta(minutes=minutes_ago))
        self.org.org.leads[lead_id] = {**self.org.org.leads[lead_id], **values, "SystemModstamp": moment}

    def age(self, days: float = 2) -> None:
        """Let every lead have been changed so many days ago."""
        moment = rest_datetime(self.org.org.clock.now() - timedelta(days=days))
        for lead_id, row in list(self.org.org.leads.items()):
            self.org.org.leads[lead_id] = {**row, "SystemModstamp": moment}


def desk_of(org: SalesforceStandIn, folder: Path) -> Desk:
    """A desk over a running org."""
    return Desk(org, Lake(folder / "lake", SEALS), source_of(org, connect(org)))
