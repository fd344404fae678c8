"""A HubSpot portal as a source of leads: its contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from connectors.errors import Refused
from connectors.hubspot.answers import Document, objects, record_number, total_of
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.changed import changed_ids
from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.fields import field_info
from connectors.hubspot.gate import Gate
from connectors.hubspot.listing import every_contact
from connectors.hubspot.pace import pace_of
from connectors.hubspot.publish import publish
from connectors.hubspot.pull import read_batch, read_batches
from connectors.hubspot.timing import REAL, Timing
from connectors.oauth import GrantStore
from connectors.policy.fitting import refuse_unfit
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring, LeadKey
from connectors.source import Batch, FieldInfo, Flag, Notice, Receipt

_ID = ("hs_object_id",)


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
        return tuple(field_info(found) for found in self._client.properties() if not found.get("archived"))

    def count(self) -> int:
        """How many contacts the portal has, as its search index knows."""
        asked = {"filterGroups": [], "limit": 1, "properties": ["hs_object_id"]}
        return total_of(self._client.search(asked))

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
        self._check(policy)
        yield from read_batches(self._client, self._ids(since), policy, self._keyring)

    def sample(self, policy: Policy, leads: int) -> Batch:
        """The first few contacts (at most 100) under a draft policy."""
        self._check(policy)
        page = self._client.page(_ID, limit=max(1, min(leads, PAGE)))
        return read_batch(self._client, _ids_of(objects(page, "results")), policy, self._keyring)

    def publish(self, flags: Mapping[LeadKey, Flag], notices: Sequence[Notice] = ()) -> Receipt:  # noqa: ARG002
        """Write flags into the ``fairscore_`` properties, which are made where they are missing.

        A portal has no place for ``notices``.
        """
        return publish(self._client, self._keyring, flags)

    @cached_property
    def _client(self) -> HubSpotClient:
        app = self._app
        pace = pace_of(self.organisation, self._timing, app.pace_folder, app.api_percent, app.api_url)
        return HubSpotClient(Gate(app, self._grants, pace, self._timing), app.api_url)

    def _ids(self, since: datetime | None) -> Iterator[list[str]]:
        if since is None:
            return (_ids_of(page) for page in every_contact(self._client, _ID))
        return changed_ids(self._client, since, self._timing.now())

    def _check(self, policy: Policy) -> None:
        """Refuse what the portal does not have, and what the properties' types forbid."""
        fields = self.describe()
        known = {field.name for field in fields}
        unknown = [name for name in policy.fields if name not in known]
        if unknown:
            msg = (
                f"the portal has no contact property {', '.join(unknown)} that this app may read: "
                "correct the policy"
            )
            raise Refused(msg, code="PROPERTY_DOESNT_EXIST")
        refuse_unfit(policy, fields)


def _ids_of(page: Sequence[Document]) -> list[str]:
    return [record_number(record) for record in page if record.get("archived") is not True]
