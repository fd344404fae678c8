"""A Salesforce org as a source of leads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from connectors.errors import Refused
from connectors.oauth import GrantStore
from connectors.policy.apply import apply_policy
from connectors.policy.fitting import refuse_unfit
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.fields import field_info
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.publishing import Publishing
from connectors.salesforce.query import OBJECT, Soql, asked_fields, changed_between, pages
from connectors.salesforce.records import parse
from connectors.salesforce.trouble import MISSING_FIELD, unreachable
from connectors.source import Batch, FieldInfo, Flag, Notice, Receipt

SAMPLE = 200


class SalesforceSource:
    """One org, through the grant that its admin gave and with that user's eyes."""

    def __init__(
        self,
        app: SalesforceApp,
        grants: GrantStore,
        keyring: Keyring,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app = app
        self._grants = grants
        self._keyring = keyring
        self._pause = pause

    @property
    def organisation(self) -> str:
        """The org's 18-character id."""
        return self._keyring.organisation

    def describe(self) -> tuple[FieldInfo, ...]:
        """The Lead's fields that the connected user may see."""
        found, doing = self._gateway.describe(OBJECT).get("fields"), "field listing"
        if not isinstance(found, list):
            raise unreachable(doing)
        return tuple(field_info(entry) for entry in found if isinstance(entry, dict))

    def count(self) -> int:
        """How many leads the connected user may see."""
        doing = "lead count"
        total = self._gateway.query(Soql(fields=()).counting, doing).get("totalSize")
        if not isinstance(total, int):
            raise unreachable(doing)
        return total

    def pull(self, policy: Policy, since: datetime | None = None) -> Iterator[Batch]:
        """Read every lead, or those changed since a moment (each at least once).

        The changes of formula fields and of other objects' scores do not date a lead anew: only a
        full pull sees them.

        Raises
        ------
        BadInput
            The policy is not for this source, names something that is no field, or would keep what
            a field's type forbids.
        Refused
            ``INVALID_FIELD``: a field is missing or not visible; else Salesforce's own code.
        Busy
            Salesforce could not answer; what was yielded so far is not the whole.
        """
        fields = self._fields(policy)
        where = changed_between(since, self._gateway.now()) if since is not None else ""
        yield from self._batches(policy, Soql(fields=fields, where=where))

    def sample(self, policy: Policy, leads: int) -> Batch:
        """A few leads (at most 200) under a draft policy."""
        query = Soql(fields=self._fields(policy), limit=max(1, min(leads, SAMPLE)))
        return next(self._batches(policy, query))

    def publish(self, flags: Mapping[LeadKey, Flag], notices: Sequence[Notice] = ()) -> Receipt:
        """Write flags into the Lead's ``Fairness_`` fields, and findings into ``Fairness_Finding__c``."""
        return Publishing(
            gateway=self._gateway, keyring=self._keyring, pause=self._pause, app=self._app
        ).publish(flags, notices)

    def _fields(self, policy: Policy) -> tuple[str, ...]:
        """The fields to request; what their types forbid is refused before anything is."""
        fields = asked_fields(policy)
        refuse_unfit(policy, self.describe())
        return fields

    @cached_property
    def _gateway(self) -> Gateway:
        return Gateway(self._app, self._grants, self._pause)

    def _batches(self, policy: Policy, query: Soql) -> Iterator[Batch]:
        try:
            for records in pages(self._gateway, query, "lead pull"):
                yield apply_policy(policy, parse(records, policy.fields, self._keyring), self._keyring)
        except Refused as error:
            if error.code != MISSING_FIELD:
                raise
            raise self._missing(policy) from None

    def _missing(self, policy: Policy) -> Refused:
        """Which of the policy's own fields the user does not see; the answer's text is not repeated."""
        visible = {field.name.lower() for field in self.describe()}
        gone = [name for name in policy.fields if "." not in name and name.lower() not in visible]
        what = f"these fields of the policy: {', '.join(gone)}" if gone else "a field of the policy"
        msg = (
            f"Salesforce does not show the connected user {what} (missing or not visible): "
            "give the user access to it, or take it out of the policy"
        )
        return Refused(msg, code=MISSING_FIELD)
