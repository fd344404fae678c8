"""A portal and a lake for tests of syncs, and the account that every one of them must keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from connectors.hubspot.source import HubSpotSource
from connectors.lake import Lake
from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.synced import Synced, Wish
from tests.connectors.subject_hubspot import Connected
from tests.seals import SEALS

POLICY = Policy(
    name="sync",
    crm="hubspot",
    object="contacts",
    created="createdate",
    rules=(
        Rule(field="region", operator=Keep(), column="region"),
        Rule(field="lead_score", operator=Keep(), column="score"),
    ),
    exclude_when=("opted_out_of_profiling",),
)
DATED = Policy(
    name="dated",
    crm="hubspot",
    object="contacts",
    created="createdate",
    rules=(
        *POLICY.rules,
        Rule(field="hs_lifecyclestage_customer_date", operator=Coarsen(by="day"), column="outcome_at"),
    ),
    exclude_when=POLICY.exclude_when,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """One portal with its lake. Every sync is checked to add up, in its own account and in the whole."""

    connected: Connected
    lake: Lake
    seen: list[tuple[int, int]] = field(default_factory=list)

    @property
    def portal(self) -> HubSpotStandIn:
        return self.connected.portal

    @property
    def source(self) -> HubSpotSource:
        return self.connected.source

    def sync(
        self,
        policy: Policy = POLICY,
        wanted: Literal["", "full", "reconcile"] = "",
        score: str = "score",
        outcome_at: str = "",
    ) -> Synced:
        wish = Wish(score=score, outcome_at=outcome_at, wanted=wanted, watch=self._watch)
        done = self.source.sync(self.lake, policy, wish)
        for account in (done.run, done.whole):
            turned_away = sum(account.rejected.values()) + sum(account.excluded.values())
            assert account.read == account.kept + turned_away
        assert done.whole.kept == self.rows(hidden=False).num_rows
        assert not (self.lake.folder / "hubspot" / self.portal.organisation / "pull").exists()
        return done

    def rows(self, *, hidden: bool = True) -> Any:
        return self.lake.read("hubspot", self.portal.organisation, hidden=hidden)

    def key(self, number: int) -> str:
        return self.connected.keyring.lead_key(self.portal.record_ids()[number]).hex

    def lead(self, number: int) -> Mapping[str, Any] | None:
        """One contact by its place in the portal, as the lake holds it."""
        key = self.key(number)
        return next((row for row in self.rows().to_pylist() if row["lead_key"] == key), None)

    def change(self, number: int, **values: str) -> None:
        """What a person does to a contact; the index knows it some seconds later."""
        self.portal.desk.change("contacts", self.portal.record_ids()[number], values)

    def later(self, minutes: float = 30) -> None:
        self.portal.clock.advance(minutes * 60)

    def calls(self, part: str) -> int:
        return sum(number for name, number in self.portal.control.calls.items() if part in name)

    def _watch(self, read: int, total: int) -> None:
        self.seen.append((read, total))


def desk_of(connected: Connected, folder: Path) -> Desk:
    """A desk over a connected portal whose budget is large."""
    connected.portal.control.burst_maximum = 100_000
    connected.portal.control.search_maximum = 100_000
    return Desk(connected, Lake(folder / "lake", SEALS))


def keys_of(rows: Any) -> Sequence[str]:
    return list(rows["lead_key"].to_pylist())
