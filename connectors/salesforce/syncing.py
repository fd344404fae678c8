"""One sync of an org's leads into the lake: it plans, goes on where a killed one stopped, tells what it did.

A page is on the disk, after the policy, before the next is asked for; the leads and the cursor come to
count in one step at the end (`connectors.lake`). So a process may be killed at any moment: nothing that
counted is lost, nothing counts twice, and what was read need not be read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from connectors import staging
from connectors.errors import Busy, Refused
from connectors.holding import Finished, Note
from connectors.lake import Lake
from connectors.policy.key import domains
from connectors.policy.model import Policy
from connectors.policy.write import policy_digest
from connectors.pseudonym import Keyring
from connectors.salesforce.at_once import at_once
from connectors.salesforce.bulk_query import Patience, QueryJob, begin
from connectors.salesforce.comparing import Compared, Comparison
from connectors.salesforce.departed import Untold, departed
from connectors.salesforce.einstein import dated, has_own_cursor, new_scores, score_rule
from connectors.salesforce.emptied import refuse_emptied
from connectors.salesforce.facts import Facts
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.leftovers import leaving_no_jobs
from connectors.salesforce.listing import BULK, count
from connectors.salesforce.own_writes import own_changes
from connectors.salesforce.planning import (
    MANY,
    SO_MANY,
    WORKABLE,
    Cursor,
    Plan,
    Situation,
    cursor_in,
    decide,
    noted,
    plan_in,
    window,
)
from connectors.salesforce.query import Soql
from connectors.salesforce.reading import Reader, Stale, Step
from connectors.salesforce.score_history import ScoreHistory
from connectors.salesforce.spoilt import SPOILT
from connectors.seals import Home
from connectors.snapshots import PastOf, Snapshots, no_past
from connectors.spool import Roll
from connectors.staging import Staging
from connectors.synced import Synced, Watch

Wanted = Literal["", "full", "reconcile"]
CRM = "salesforce"
DOING = "lead count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """Leads of one org under one policy, into one lake. ``score`` is the column of the score, or empty."""

    gateway: Gateway = field(repr=False)
    keyring: Keyring = field(repr=False)
    lake: Lake
    policy: Policy
    fields: tuple[str, ...]
    facts: Facts
    patience: Patience
    watch: Watch
    score: str = ""

    def run(self, wanted: Wanted = "") -> Synced:
        """Bring the lake up to date.

        Raises
        ------
        Refused, Busy
            The pull did not come to its end: the lake is as it was, and the next sync goes on from here.
        """
        with self.lake.pulling(CRM, self.keyring.organisation) as folder:
            reason = ""
            for _ in range(3):
                staged, plan = self._begun(folder, wanted, reason)
                try:
                    with leaving_no_jobs(self.gateway, plan.id):
                        return self._carry_out(staged, plan)
                except Stale:
                    staged.clear()
                except Untold as untold:
                    staged.clear()
                    reason = str(untold)
                except (Busy, Refused) as error:
                    if error.code in SPOILT:
                        staged.clear()
                    raise
        msg = "what an earlier sync left could not be gone on with, again and again: try again later"
        raise Busy(msg, retry_after=60)

    def _begun(self, folder: Home, wanted: Wanted, reason: str) -> tuple[Staging, Plan]:
        """The pull that a process left unfinished, where it is still of use; else a new one."""
        now, held = self.gateway.now(), self._held()
        situation = Situation(
            policy=policy_digest(self.policy),
            score=self.score,
            now=now,
            facts=self.facts,
            held=held,
            wanted=wanted,
            reason=reason,
        )
        left = staging.under_way(folder)
        if left is not None:
            plan = plan_in(left.plan)
            if plan is not None and self._of_use(plan, situation):
                return left, plan
            self._clean_up(left)
        plan = decide(situation)
        return staging.begin(folder, noted(plan)), plan

    def _of_use(self, plan: Plan, at: Situation) -> bool:
        """Whether a plan of before is still what is wanted, and did not come to count already."""
        done = at.held is not None and at.held.run == plan.id
        same = plan.policy == at.policy and plan.score == at.score
        return (
            same
            and not done
            and at.now - plan.moment < WORKABLE
            and (not at.wanted or at.wanted == plan.kind)
        )

    def _held(self) -> Cursor | None:
        note = self.lake.held(CRM, self.keyring.organisation)
        return cursor_in(note.cursor) if note else None

    def _carry_out(self, staged: Staging, plan: Plan) -> Synced:
        already = staged.read
        query = Soql(fields=self.fields, where=window(plan, dated(self.policy, self.score, self.facts)))
        total = count(self.gateway, query, DOING)
        if plan.kind != "full" and total > MANY:
            raise Untold(SO_MANY)
        self._read(staged, query, total)
        expected = self._expected(staged, query)
        if plan.kind == "full":
            done = self._all(staged, plan, expected)
        else:
            done = self._changes(staged, plan, expected)
        self._clean_up(staged)
        return replace(done, resumed_at=already)

    def _expected(self, staged: Staging, query: Soql) -> int | None:
        """How many leads must have come; those that were deleted while REST pages were read need not."""
        expected: int | None = staged.reached.get("expected")
        if expected is None or "job" in staged.reached or staged.read >= expected:
            return expected
        return min(expected, count(self.gateway, query, DOING))

    def _clean_up(self, staged: Staging) -> None:
        """What is left of the pull here and in the org; nothing of it can fail the sync any more."""
        job = staged.reached.get("job")
        staged.clear()
        if job is not None:
            QueryJob(gateway=self.gateway, id=str(job)).delete()

    def _read(self, staged: Staging, query: Soql, total: int) -> None:
        """Read the query to its end, keeping every page before the next."""
        self.watch(staged.read, max(total, staged.read))
        if staged.reached.get("done"):
            return
        for step in self._steps(staged, query, total):
            staged.append(step.batch, {**step.reached, "expected": step.expected})
            self.watch(staged.read, max(total, staged.read))

    def _steps(self, staged: Staging, query: Soql, total: int) -> Iterator[Step]:
        reached = staged.reached
        if "job" not in reached and (reached or total < BULK):
            return self._reader.rest(query, reached)
        if "job" not in reached:
            job = self.gateway.notes.resumable(query.text) or begin(self.gateway, query).id
            staged.note({"job": job, "next": ""})
        found = QueryJob(gateway=self.gateway, id=str(staged.reached["job"]))
        return self._reader.bulk(found, staged.reached)

    @property
    def _reader(self) -> Reader:
        return Reader(
            gateway=self.gateway,
            policy=self.policy,
            keyring=self.keyring,
            types=self.facts.types,
            patience=self.patience,
        )

    def _all(self, staged: Staging, plan: Plan, expected: int | None) -> Synced:
        if not staged.read:
            refuse_emptied(self.lake, self.keyring.organisation)
        rule = score_rule(self.policy, self.score)
        told = ScoreHistory(
            gateway=self.gateway,
            keyring=self.keyring,
            facts=self.facts,
            patience=self.patience,
            place=staged.home.path,
        )
        with told.of(rule) as past:
            finished = Finished(
                parts=staged,
                account=staged.account(),
                note=self._note(plan, past),
                expected=expected,
                generation=self.keyring.generation,
            )
            run = self.lake.replace(CRM, self.keyring.organisation, finished)
        return Synced(kind=plan.kind, why=plan.why, run=run, whole=run, added=run.kept)

    def _changes(self, staged: Staging, plan: Plan, expected: int | None) -> Synced:
        gone = departed(self.gateway, self.keyring, plan, self.facts)
        compared = self._compared(staged) if plan.kind == "reconcile" else None
        left = pa.array([key.hex for key in gone.keys], pa.string())
        if compared is not None and not compared.there:
            refuse_emptied(self.lake, self.keyring.organisation, left)
        with Roll(staged.home.path) as scores:
            self._score(plan, scores)
            finished = Finished(
                parts=staged,
                account=staged.account(),
                generation=self.keyring.generation,
                note=self._note(plan, covered=gone.covered),
                expected=expected,
                gone=left if compared is None else pc.unique(pa.concat_arrays([left, compared.gone])),
                scores=scores.tables,
            )
            own = own_changes(self.gateway, window(plan, dated(self.policy, self.score, self.facts)))
            added = self.lake.add(CRM, self.keyring.organisation, finished)
        return Synced(
            kind=plan.kind,
            why=plan.why,
            run=added.run,
            whole=added.whole,
            added=added.merged.added,
            changed=added.merged.changed,
            removed=added.merged.removed,
            unchanged=added.merged.unchanged,
            merged=gone.merged,
            own=min(own, added.merged.unchanged),
            gone=gone.keys,
        )

    def _score(self, plan: Plan, scores: Roll) -> None:
        """Read the scores that have a cursor of their own."""
        rule = score_rule(self.policy, self.score)
        if rule is None or not has_own_cursor(self.policy, self.score, self.facts):
            return
        for table in new_scores(self.gateway, self.keyring, rule, plan, self.patience):
            scores.append(table)

    def _note(self, plan: Plan, past: PastOf = no_past, covered: str = "") -> Note:
        snapshots = Snapshots(column=self.score, seen_at=plan.moment, past=past) if self.score else None
        cursor = asdict(plan.cursor(self._held(), covered))
        return Note(cursor=cursor, snapshots=snapshots, domains=domains(self.policy))

    def _compared(self, staged: Staging) -> Compared:
        """Compare everything, and read the months anew in which something is missing here."""
        comparison = Comparison(
            gateway=self.gateway,
            keyring=self.keyring,
            policy=self.policy,
            facts=self.facts,
            patience=self.patience,
        )
        held = self.lake.keys(CRM, self.keyring.organisation)
        found = comparison.of(chain(held, staged.asides(), staged.tables()), staged.home.path)
        for month in found.months:
            query = comparison.query(self.fields, month)
            for step in at_once(self.gateway, self._reader, query, count(self.gateway, query, DOING)):
                staged.append(step.batch, staged.reached)
        return found
