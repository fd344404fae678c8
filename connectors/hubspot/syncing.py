"""One sync of a portal's contacts into the lake: it plans, goes on where a killed one stopped, and tells.

A page is on the disk, after the policy, before the next counts; the leads and the cursor come to count in
one step at the end (`connectors.lake`). So a process may be killed at any moment: nothing that counted is
lost, nothing counts twice, and what was read need not be read again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from connectors import staging
from connectors.emptied import NO_LEADS
from connectors.errors import Busy, Refused
from connectors.holding import Finished, Note
from connectors.hubspot.answers import Document, record_number
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.comparing import Known, differing
from connectors.hubspot.departed import archived
from connectors.hubspot.emptied import refuse_emptied
from connectors.hubspot.facts import Facts
from connectors.hubspot.planning import (
    Cursor,
    Kind,
    Plan,
    Situation,
    Wanted,
    cursor_in,
    decide,
    noted,
    of_use,
    plan_in,
)
from connectors.hubspot.progress import Progress, Untold
from connectors.hubspot.reading import Reader
from connectors.hubspot.records import ABSENT, MISSING, created_day
from connectors.hubspot.related import Related, kind_of
from connectors.hubspot.sealed import unseal
from connectors.hubspot.walking import ID, expected, walk
from connectors.lake import Lake
from connectors.moments import instant
from connectors.policy.key import domains
from connectors.policy.model import Policy, Rule
from connectors.policy.write import policy_digest
from connectors.pseudonym import Keyring, LeadKey
from connectors.remembered import Remembered
from connectors.replacing import OUTDATED
from connectors.seals import Home
from connectors.snapshots import Snapshots
from connectors.staging import Staging
from connectors.synced import Synced, Wish

CRM = "hubspot"
# With these, what was read so far cannot become whole.
SPOILT = frozenset({"incomplete", OUTDATED, ABSENT, NO_LEADS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """Contacts of one portal under one policy, into one lake, as they are wished for."""

    client: HubSpotClient = field(repr=False)
    keyring: Keyring = field(repr=False)
    lake: Lake
    policy: Policy
    facts: Facts
    wish: Wish

    def run(self) -> Synced:
        """Bring the lake up to date.

        Raises
        ------
        Refused, Busy
            The pull did not come to its end: the lake is as it was, and the next sync goes on from here.
        """
        with self.lake.pulling(CRM, self.keyring.organisation) as folder:
            reason = ""
            for _ in range(2):
                staged, plan = self._begun(folder, reason)
                try:
                    return self._carry_out(staged, plan)
                except Untold as untold:
                    staged.clear()
                    reason = str(untold)
                except (Busy, Refused) as error:
                    if error.code in SPOILT:
                        staged.clear()
                    raise
        msg = "what changed could not be told from the whole, again and again: try again later"
        raise Busy(msg, retry_after=60)

    def _begun(self, folder: Home, reason: str) -> tuple[Staging, Plan]:
        """The pull that a process left unfinished, where it is still of use; else a new one."""
        situation = Situation(
            wanted=Wanted(
                policy=policy_digest(self.policy),
                score=self.wish.score,
                outcome_at=self.wish.outcome_at,
                left_out=",".join(sorted(self.facts.left_out)),
            ),
            now=self.client.now(),
            held=self._held(),
            asked=self.wish.wanted,
            reason=reason,
            related=any(map(kind_of, self.policy.fields)),
            rules=self.facts.rules,
        )
        left = staging.under_way(folder)
        if left is not None:
            plan = plan_in(left.plan)
            if plan is not None and of_use(plan, situation):
                return left, plan
        plan = decide(situation)
        return staging.begin(folder, noted(plan)), plan

    def _held(self) -> Cursor | None:
        note = self.lake.held(CRM, self.keyring.organisation)
        return cursor_in(note.cursor) if note else None

    def _carry_out(self, staged: Staging, plan: Plan) -> Synced:
        already = staged.read
        with Remembered(staged.home) as beside:
            progress = Progress(
                staged=staged, beside=beside, reader=self._reader(plan.kind), watch=self.wish.watch
            )
            if plan.kind == "full":
                progress.everything()
                done = self._all(progress, plan)
            else:
                progress.changes(plan)
                done = self._changes(progress, plan)
        notes = (*self.facts.notes, *progress.notes)
        staged.clear()
        return replace(done, resumed_at=already, notes=notes, rules=self.facts.rules)

    def _reader(self, kind: Kind) -> Reader:
        fields = tuple(name for name in self.policy.fields if kind_of(name))
        changed = kind != "full"
        return Reader(
            client=self.client,
            policy=self.policy,
            keyring=self.keyring,
            related=Related(client=self.client, fields=fields, left_out=self.facts.left_out),
            score=self._score,
            outcome_at=self.wish.outcome_at,
            merged=self.facts.merged if changed else (),
            own=self.facts.flags and changed,
        )

    @property
    def _score(self) -> Rule | None:
        """The rule that fills the column of the score from a property of the contact."""
        return score_rule(self.policy, self.wish.score)

    def _all(self, progress: Progress, plan: Plan) -> Synced:
        finished = Finished(
            parts=progress.staged,
            account=progress.staged.account(),
            generation=self.keyring.generation,
            note=self._note(plan, progress.beside),
            expected=self._expected(progress.staged),
        )
        if not progress.staged.read:
            since = datetime.min.replace(tzinfo=UTC)
            refuse_emptied(self.lake, self.keyring, archived(self.client, self.keyring, since))
        run = self.lake.replace(CRM, self.keyring.organisation, finished)
        return Synced(kind=plan.kind, why=plan.why, run=run, whole=run, added=run.kept)

    def _expected(self, staged: Staging) -> int:
        """How many different contacts must have come with an id that was still there when it was read."""
        rejected = staged.account().pulled().rejected
        place = unseal(self.keyring, staged.reached.get("place"))
        return expected(self.client, place) - rejected.get(MISSING, 0) - rejected.get("archived", 0)

    def _changes(self, progress: Progress, plan: Plan) -> Synced:
        gone = set(archived(self.client, self.keyring, instant(plan.since)))
        losers = set(progress.beside.gone())
        merged, told = self._held_of(losers), tuple(gone | losers)
        if plan.kind == "reconcile":
            gone |= set(self._compared(progress, gone | losers))
        finished = Finished(
            parts=progress.staged,
            account=progress.staged.account(),
            generation=self.keyring.generation,
            note=self._note(plan, progress.beside),
            gone=pa.array(sorted(key.hex for key in gone | losers), pa.string()),
        )
        added = self.lake.add(CRM, self.keyring.organisation, finished)
        unchanged = added.merged.unchanged
        return Synced(
            kind=plan.kind,
            why=plan.why,
            run=added.run,
            whole=added.whole,
            added=added.merged.added,
            changed=added.merged.changed,
            removed=added.merged.removed,
            unchanged=unchanged,
            merged=merged,
            own=min(progress.own, unchanged),
            gone=told,
        )

    def _held_of(self, keys: set[LeadKey]) -> int:
        """How many of some leads are held."""
        if not keys:
            return 0
        wanted = pa.array([key.hex for key in keys], pa.string())
        tables = self.lake.held_keys(CRM, self.keyring.organisation)
        return sum(int(pc.sum(pc.is_in(one["lead_key"], value_set=wanted)).as_py() or 0) for one in tables)

    def _compared(self, progress: Progress, gone: set[LeadKey]) -> list[LeadKey]:
        """Compare everything, read at once what is missing here or another; who is held and not there."""
        rule, column = self._score, self.wish.score if self._score else ""
        staged = progress.staged
        held = self.lake.held_keys(CRM, self.keyring.organisation, column)
        known = Known.of(chain(held, staged.asides(), staged.tables()), column)
        created = (self.policy.created,) if self.policy.not_before else ()
        listing = walk(self.client, {}, (*ID, *((rule.field,) if rule else ()), *created))
        for step in listing.steps():
            young = [record for record in step.records if not self._is_old(record)]
            if anew := differing(known, young, self.keyring, rule):
                progress.keep_beside(anew)
        if not expected(self.client, listing.place):
            refuse_emptied(self.lake, self.keyring, gone)
        return list(known.unseen())

    def _is_old(self, record: Document) -> bool:
        """Whether retention keeps a listed contact out, so that it is not missing here."""
        day = created_day(record, self.policy.created) if self.policy.not_before else None
        return day is not None and self.policy.is_too_old(day) and bool(record_number(record))

    def _note(self, plan: Plan, past: Remembered) -> Note:
        column = self.wish.score
        snapshots = Snapshots(column=column, seen_at=plan.moment, past=past.past_of) if column else None
        cursor = asdict(plan.cursor(self._held()))
        return Note(cursor=cursor, snapshots=snapshots, domains=domains(self.policy))


def score_rule(policy: Policy, column: str) -> Rule | None:
    """The rule that fills the column of the score, where it is a property of the contact."""
    return next(
        (
            rule
            for rule in policy.rules
            if rule.column == column and rule.operator.name != "drop" and not kind_of(rule.field)
        ),
        None,
    )
