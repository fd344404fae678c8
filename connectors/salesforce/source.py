"""A Salesforce org as a source of leads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path

from connectors.crm_task import CrmTask
from connectors.entries import Entry, entries_of
from connectors.errors import Refused
from connectors.feedback import Answers
from connectors.lake import Lake
from connectors.oauth import GrantStore
from connectors.policy.apply import apply_policy
from connectors.policy.fitting import refuse_unfit
from connectors.policy.look import Looked, look_at
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.answers import AnswerRecords
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.bulk_query import Patience, begin
from connectors.salesforce.classification import classified, near
from connectors.salesforce.facts import facts_of
from connectors.salesforce.fields import field_info
from connectors.salesforce.gateway import Document, Gateway
from connectors.salesforce.job_notes import JobNotes
from connectors.salesforce.listing import BULK
from connectors.salesforce.publishing import Publishing
from connectors.salesforce.query import OBJECT, Soql, announced, asked_fields, changed_between, pages
from connectors.salesforce.reading import Reader, Stale
from connectors.salesforce.records import parse
from connectors.salesforce.syncing import Sync
from connectors.salesforce.tasks import make_task, may_make_tasks
from connectors.salesforce.trouble import MISSING_FIELD, incomplete, unreachable
from connectors.source import NO_SHADOW, Batch, FieldInfo, Flag, Notice, Receipt, Shadow
from connectors.summing import Different
from connectors.synced import Synced, Wish

SAMPLE = 1_000
NAMED = 8
"""Fields that a message names before it counts the others."""
PULL, COUNT = "lead pull", "lead count"


class SalesforceSource:
    """One org, through the grant that its admin gave and with that user's eyes.

    ``notes`` is a file that remembers the bulk jobs of processes that were killed.
    """

    def __init__(
        self,
        app: SalesforceApp,
        grants: GrantStore,
        keyring: Keyring,
        pause: Callable[[float], None] = time.sleep,
        notes: Path | None = None,
    ) -> None:
        self._app = app
        self._notes = JobNotes(notes)
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

    def suggestible(self) -> tuple[FieldInfo, ...]:
        """What a policy could begin with: the Lead's fields as the admin classified them, and what lies near.

        Only names are read. Where the classification may not be read, the fields come without it.
        """
        return (*classified(self._gateway, self.describe()), *near(self._gateway))

    def entries(self, field: str) -> tuple[Entry, ...]:
        """The entries of one of the Lead's picklists; nothing where it is none, or not visible."""
        found = self._gateway.describe(OBJECT).get("fields")
        rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        return next((entries_of(one.get("picklistValues")) for one in rows if one.get("name") == field), ())

    def count(self) -> int:
        """How many leads the connected user may see."""
        doing = COUNT
        total = self._gateway.query(Soql(fields=()).counting, doing).get("totalSize")
        if not isinstance(total, int):
            raise unreachable(doing)
        return total

    def calls_of_the_day(self) -> tuple[int, int] | None:
        """How many of the org's API calls of 24 hours are used, of how many; None where nobody tells."""
        self._gateway.now()
        usage = self._gateway.usage
        return (usage.used, usage.allowed) if usage and usage.allowed else None

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
        query = Soql(fields=fields, where=where)
        with self._telling_what_is_missing(policy):
            first = self._gateway.query(query.text, PULL)
            if (announced(first) or 0) >= BULK:
                yield from self._in_bulk(policy, query)
            else:
                yield from self._batches(policy, query, first)

    def sample(self, policy: Policy, leads: int) -> Batch:
        """Some leads (at most 1,000, those of one page) under a draft policy."""
        return self.look(policy, leads).batch

    def look(self, policy: Policy, leads: int) -> Looked:
        """As `sample`, with the shapes of the values before the policy."""
        query = Soql(fields=self._fields(policy), limit=max(1, min(leads, SAMPLE)))
        with self._telling_what_is_missing(policy):
            records = next(pages(self._gateway, query, PULL))
            return look_at(policy, parse(records, policy.fields, self._keyring), self._keyring)

    def publish(
        self, flags: Mapping[LeadKey, Flag], notices: Sequence[Notice] = (), shadow: Shadow = NO_SHADOW
    ) -> Receipt:
        """Write flags into the Lead's ``Fairness_`` fields, and findings into ``Fairness_Finding__c``.

        A ``shadow`` score has a field of its own, ``Fairness_Shadow_Score__c``.
        """
        return Publishing(
            gateway=self._gateway, keyring=self._keyring, pause=self._pause, app=self._app
        ).publish(flags, notices, shadow)

    def answers(self, since: datetime | None = None) -> Answers:
        """What reps answer to the score check, since a moment or ever (`connectors.salesforce.answers`).

        Raises
        ------
        Refused, Busy
            They could not be read to the end.
        """
        return AnswerRecords(gateway=self._gateway, keyring=self._keyring).read(since)

    def sync(self, lake: Lake, policy: Policy, wish: Wish) -> Synced:
        """Bring a lake up to date, by what changed where that is enough (`connectors.salesforce.syncing`).

        Raises
        ------
        BadInput, Refused, Busy
            As `pull` does; the lake is as it was, and the next sync goes on where this one stopped.
        """
        fields = self._fields(policy)
        with self._telling_what_is_missing(policy):
            return Sync(
                gateway=self._gateway,
                keyring=self._keyring,
                lake=lake,
                policy=policy,
                fields=fields,
                facts=facts_of(self._gateway, policy),
                patience=self._patience,
                watch=wish.watch,
                score=wish.score,
            ).run(wish.wanted)

    @property
    def _patience(self) -> Patience:
        return Patience(clock=time.monotonic, pause=self._pause)

    def _fields(self, policy: Policy) -> tuple[str, ...]:
        """The fields to request; what their types forbid is refused before anything is."""
        fields = asked_fields(policy)
        refuse_unfit(policy, self.describe())
        return fields

    @cached_property
    def _gateway(self) -> Gateway:
        return Gateway(self._app, self._grants, self._pause, self._notes, self.organisation)

    def _batches(self, policy: Policy, query: Soql, first: Document | None = None) -> Iterator[Batch]:
        for records in pages(self._gateway, query, PULL, first=first):
            yield apply_policy(policy, parse(records, policy.fields, self._keyring), self._keyring)

    @contextmanager
    def _telling_what_is_missing(self, policy: Policy) -> Iterator[None]:
        try:
            yield
        except Refused as error:
            if error.code != MISSING_FIELD:
                raise
            missing = self._missing(policy)
        else:
            return
        raise missing

    def _in_bulk(self, policy: Policy, query: Soql) -> Iterator[Batch]:
        """By a bulk job. Raises Busy where fewer different leads came than it has."""
        reader = Reader(
            gateway=self._gateway,
            policy=policy,
            keyring=self._keyring,
            types=facts_of(self._gateway, policy).types,
            patience=self._patience,
        )
        job, different, expected = begin(self._gateway, query), Different(), None
        try:
            for step in reader.bulk(job, {}):
                expected = step.expected
                different.add(step.batch)
                yield step.batch
        except Stale:
            raise incomplete(PULL) from None
        finally:
            job.discard()
        if expected is not None and different.count < expected:
            raise incomplete(PULL)

    def make_task(self, task: CrmTask, *, again: bool) -> str:
        """Make a task for people, unless ``again`` and it is there; a sentence. May raise Refused or Busy."""
        return make_task(self._gateway, task, again=again)

    def may_make_tasks(self, owner: str, *, queue: bool) -> None:
        """See that tasks can be made for an owner; none is made. May raise Refused or Busy."""
        may_make_tasks(self._gateway, owner, queue=queue)

    def _missing(self, policy: Policy) -> Refused:
        """Which of the policy's own fields the user does not see; the answer's text is not repeated."""
        visible = {field.name.lower() for field in self.describe()}
        gone = [name for name in policy.fields if "." not in name and name.lower() not in visible]
        what = f"these fields of the policy: {_some(gone)}" if gone else "a field of the policy"
        msg = (
            f"Salesforce does not show the connected user {what} (missing or not visible): "
            "give the user access to it, or take it out of the policy"
        )
        return Refused(msg, code=MISSING_FIELD)


def _some(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
