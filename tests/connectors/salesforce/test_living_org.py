"""An org that lives while it is pulled: whatever happens between two calls, nothing is lost or doubled."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Busy, Refused
from connectors.salesforce import bulk_query, listing, reading, syncing
from connectors.salesforce.gateway import Gateway
from connectors.sandbox.salesforce import SalesforceStandIn, org_deeds
from connectors.sandbox.salesforce.faults import KINDS, Fault
from connectors.sandbox.salesforce.org import Org
from tests.connectors.salesforce.syncing import Desk, desk_of
from tests.connectors.subject_salesforce import keyring_of

LASTING = {"not_for_rest", "total_limit", "api_disabled", "query_timeout", "bad_message", "unauthorized_html"}
FAULTS = sorted(KINDS - LASTING)
NEW = {"LastName": "N", "Company": "x", "Region__c": "new", "Score__c": 5, "Opted_Out__c": False}


@dataclass(slots=True)
class Life:
    """What people do in an org, by the dice."""

    org: Org
    dice: random.Random
    lively: float = 0.0

    def happens(self) -> None:
        seldom = [self.opt, self.go, self.come_back, self.share, self.late]
        deed = self.dice.choice([self.change] * 5 + seldom)
        deed(self.org, self.dice.choice(list(self.org.leads)))

    def change(self, org: Org, lead: str) -> None:
        values = {"Region__c": self.dice.choice("abcdefg"), "Score__c": self.dice.randint(0, 100)}
        org_deeds.change(org, lead, values)

    def opt(self, org: Org, lead: str) -> None:
        org_deeds.change(org, lead, {"Opted_Out__c": self.dice.random() < 0.5})

    def go(self, org: Org, lead: str) -> None:
        other = self.dice.choice(list(org.leads))
        if self.dice.random() < 0.3 and other != lead:
            org_deeds.merge(org, other, [lead])
        else:
            org_deeds.delete(org, "Lead", lead)
        if self.dice.random() < 0.3:
            org.empty_bin()

    def come_back(self, org: Org, lead: str) -> None:
        if org.leads[lead].get("IsDeleted"):
            org_deeds.undelete(org, "Lead", lead)

    def share(self, org: Org, lead: str) -> None:
        (org.admin.hidden_records.add if self.dice.random() < 0.5 else org.admin.hidden_records.discard)(lead)

    def late(self, org: Org, lead: str) -> None:
        if self.dice.random() < 0.5:
            org_deeds.add_late(org, NEW, self.dice.randint(1, 300))
        else:
            org_deeds.change_late(org, lead, {"Region__c": "late"}, self.dice.randint(10, 300))

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call of the gateway, before which something may happen."""

        def lived(*given: Any, **more: Any) -> Any:
            if self.dice.random() < self.lively:
                self.happens()
            return call(*given, **more)

        return lived


def truth(desk: Desk) -> tuple[dict[str, tuple[str, str]], int]:
    """The leads that the user sees, by key, and how many of those seen have opted out."""
    hidden = desk.org.org.admin.hidden_records
    shown = {
        lead: row
        for lead, row in desk.org.org.leads.items()
        if not row.get("IsDeleted") and lead not in hidden
    }
    kept = {
        keyring_of(desk.org).lead_key(lead).hex: (str(row["Region__c"]), f"{row['Score__c']:g}")
        for lead, row in shown.items()
        if not row.get("Opted_Out__c")
    }
    return kept, len(shown)


@pytest.mark.parametrize("seed", range(4))
def test_in_the_end_the_lake_is_what_the_org_is(
    org: SalesforceStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
):
    dice = random.Random(seed)  # noqa: S311 - a test that can be repeated
    for module in (listing, syncing):
        monkeypatch.setattr(module, "BULK", 1 if seed % 2 else 10_000)
    monkeypatch.setattr(bulk_query, "PAGE", 90)
    monkeypatch.setattr(reading, "PARALLEL", 0 if seed % 4 == 1 else 10**9)
    org.state.jobs.settings = replace(org.state.jobs.settings, page=110)
    desk, life = desk_of(org, tmp_path), Life(org.org, dice)
    desk.age()
    for name in ("query", "query_more", "send"):
        monkeypatch.setattr(Gateway, name, life.around(getattr(Gateway, name)))
    for _ in range(6):
        for _ in range(dice.randint(0, 12)):
            life.happens()
        org.org.clock.advance(dice.choice([5, 120, 700, 3600]))
        if dice.random() < 0.4:
            org.faults.plan(Fault(kind=dice.choice(FAULTS), at=dice.randint(1, 12), times=dice.randint(1, 2)))
        life.lively = dice.choice([0, 0.3, 0.6])
        with suppress(Busy, Refused):
            desk.sync(wanted=dice.choice(["", "", "full", "reconcile"]))
        life.lively = 0
        org.faults.clear()
    for _ in range(3):
        org.org.clock.advance(800)
        done = desk.sync()
    done = desk.sync(wanted="reconcile")
    kept, shown = truth(desk)
    assert {row["lead_key"]: (row["region"], row["score"]) for row in desk.rows().to_pylist()} == kept
    assert (done.whole.kept, done.whole.read) == (len(kept), shown)
