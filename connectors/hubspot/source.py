"""A HubSpot portal as a source of leads: its contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from connectors.crm_task import CrmTask
from connectors.entries import Entry, entries_of
from connectors.hubspot.answers import Document, record_number, total_of
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.changed import changed_ids
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.facts import checked, described, told_rules
from connectors.hubspot.first import first_pages
from connectors.hubspot.gate import Gate
from connectors.hubspot.listing import every_contact
from connectors.hubspot.pace import Pace, pace_of
from connectors.hubspot.publish import publish
from connectors.hubspot.pull import hundreds, in_order
from connectors.hubspot.reading import Reader
from connectors.hubspot.related import Related, kind_of
from connectors.hubspot.suggesting import suggestible
from connectors.hubspot.syncing import Sync, score_rule
from connectors.hubspot.tasks import make_task, may_look
from connectors.hubspot.timing import REAL, Timing
from connectors.hubspot.walking import ID
from connectors.lake import Lake
from connectors.oauth import GrantStore
from connectors.policy.look import Looked, as_one
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring, LeadKey
from connectors.source import NO_SHADOW, Batch, FieldInfo, Flag, Notice, Receipt, Shadow
from connectors.synced import Synced, Wish

SAMPLE = 1_000


class HubSpotSource:
    """One portal, through the grant that its admin gave."""

    def __init__(self, app: HubSpotApp, grants: GrantStore, keyring: Keyring, timing: Timing = REAL) -> None:
        self._app = app
        self._grants = grants
        self._keyring = keyring
        self._timing = timing

    @property
    def organisation(self) -> str:
        """The portal's number (hub id)."""
        return self._keyring.organisation

    def describe(self) -> tuple[FieldInfo, ...]:
        """The contact properties, without those marked as sensitive data."""
        return described(self._client)

    def suggestible(self) -> tuple[FieldInfo, ...]:
        """What a policy could begin with: contact properties, deals and leads where this app may read them.

        Properties that the portal's Lead Scoring tool fills are marked as predicted, where HubSpot tells.
        """
        return suggestible(self._client)

    def entries(self, field: str) -> tuple[Entry, ...]:
        """The options of one contact property; nothing where it has none, or is not visible."""
        found = (one.get("options") for one in self._client.properties() if one.get("name") == field)
        return entries_of(next(found, None))

    def count(self) -> int:
        """How many contacts the portal has, as its search index knows."""
        asked = {"filterGroups": [], "limit": 1, "properties": ["hs_object_id"]}
        return total_of(self._client.search(asked))

    def calls_of_the_day(self) -> tuple[int, int] | None:
        """How many of the portal's API calls of the day are used, of how many; None where nobody tells."""
        self.describe()
        return self._pace.day

    def make_task(self, task: CrmTask, *, again: bool) -> str:
        """Make a task for people, unless ``again`` and it is there; a sentence. May raise Refused or Busy."""
        return make_task(self._client, task, again=again)

    def may_make_tasks(self, owner: str, *, queue: bool) -> None:
        """See that tasks can be looked for; scopes tell the rest. May raise Refused or Busy."""
        del owner, queue
        may_look(self._client)

    def pull(self, policy: Policy, since: datetime | None = None) -> Iterator[Batch]:
        """Read every contact, or those modified since a moment (each at least once).

        The listing is ordered by record id, so contacts that appear or change meanwhile neither
        shift nor repeat a page. Archived contacts are never listed. A full pull is compared with what
        the portal's search counts.

        Raises
        ------
        BadInput
            The policy would keep what a property's type forbids.
        Refused
            ``PROPERTY_DOESNT_EXIST``: the policy names a property that the portal does not have;
            else HubSpot's own code.
        Busy
            HubSpot could not answer; what was yielded so far is not the whole.
        """
        reader = self._reader(policy)
        yield from in_order(hundreds(self._ids(since)), reader.batch)

    def sync(self, lake: Lake, policy: Policy, wish: Wish) -> Synced:
        """Bring a lake up to date, by what changed where that is enough (`connectors.hubspot.syncing`).

        Raises
        ------
        BadInput, Refused, Busy
            As `pull` does; the lake is as it was, and the next sync goes on where this one stopped.
        """
        facts = checked(self._client, policy)
        rules, notes = told_rules(self._client, score_rule(policy, wish.score))
        return Sync(
            client=self._client,
            keyring=self._keyring,
            lake=lake,
            policy=policy,
            facts=replace(facts, rules=rules, notes=(*facts.notes, *notes)),
            wish=wish,
        ).run()

    def sample(self, policy: Policy, leads: int) -> Batch:
        """The first contacts (at most 1,000) under a draft policy."""
        return self.look(policy, leads).batch

    def look(self, policy: Policy, leads: int) -> Looked:
        """As `sample`, with the shapes of the values before the policy."""
        reader = self._reader(policy)
        groups = hundreds(first_pages(self._client, max(1, min(leads, SAMPLE))))
        return as_one(list(in_order(groups, reader.look)) or [reader.look([])])

    def publish(
        self,
        flags: Mapping[LeadKey, Flag],
        notices: Sequence[Notice] = (),  # noqa: ARG002
        shadow: Shadow = NO_SHADOW,
    ) -> Receipt:
        """Write flags into the ``fairscore_`` properties, which are made where they are missing.

        That of a ``shadow`` score is made once there is one. A portal has no place for ``notices``.
        """
        return publish(self._client, self._keyring, flags, shadow)

    @cached_property
    def _client(self) -> HubSpotClient:
        gate = Gate(self._app, self._grants, self._pace, self._timing)
        return HubSpotClient(gate, self._app.api_url)

    @cached_property
    def _pace(self) -> Pace:
        app = self._app
        return pace_of(self.organisation, self._timing, app.notes, app.api_percent, app.api_url)

    def _ids(self, since: datetime | None) -> Iterator[list[str]]:
        if since is None:
            return (_ids_of(page) for page in every_contact(self._client, ID))
        return changed_ids(self._client, since, self._timing.now())

    def _reader(self, policy: Policy) -> Reader:
        """A reader for a policy; what the portal does not have, or the types forbid, is refused before."""
        facts = checked(self._client, policy)
        fields = tuple(name for name in policy.fields if kind_of(name))
        related = Related(client=self._client, fields=fields, left_out=facts.left_out)
        return Reader(client=self._client, policy=policy, keyring=self._keyring, related=related)


def _ids_of(page: Sequence[Document]) -> list[str]:
    return [record_number(record) for record in page if record.get("archived") is not True]
