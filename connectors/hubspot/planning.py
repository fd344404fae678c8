"""What a sync of a portal will do: read everything, read what changed, or compare what is held as well.

References
----------
HubSpot, "CRM search": results are a few moments behind; archiving does not change the modification date,
and archived records can be listed until HubSpot deletes them for good (90 days by its help pages).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from connectors.hubspot.changed import OVERLAP
from connectors.moments import in_seconds, instant
from connectors.scorerules import ScoreRules

Kind = Literal["full", "incremental", "reconcile"]
# What is written now is in the index within it; the cursor never claims to have seen it.
LAG = timedelta(minutes=1)
RECONCILE = timedelta(days=7)
TOO_LONG = timedelta(days=30)
# So many changes are read faster and in less memory as a whole.
MANY = 200_000
WORKABLE = timedelta(days=1)
SO_MANY = "Everything was read: so many contacts have changed that it takes no longer."
AHEAD = (
    "Everything was read: HubSpot's clock was ahead at the last sync, so that it is not known up to when "
    "changes were read."
)
OTHER_SCOPES = (
    "Everything was read: at the last sync the app could read other objects of the portal than now, and "
    "leads with and without them cannot be compared."
)
_AGE = "Everything was read: the last sync is {} days old, and HubSpot forgets who was archived."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a sync is for: the digest of the policy, the columns of the score and of the outcome's day.

    ``left_out`` are the objects of the policy that this app may not read: leads that were read with them
    and leads that were read without must not stand side by side.
    """

    policy: str
    score: str = ""
    outcome_at: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far the contacts of one portal were read, and when everything was last read or compared.

    ``run`` is the plan that brought it there. Moments are ISO 8601 in UTC. ``rules`` is the state of the
    rules behind the score, empty where HubSpot does not tell them.
    """

    policy: str
    until: str
    compared: str
    score: str = ""
    outcome_at: str = ""
    rules: str = ""
    run: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One sync. ``why`` is a sentence for the admin; ``since`` is empty for a full pull."""

    id: str
    kind: Kind
    why: str
    policy: str
    now: str
    since: str = ""
    score: str = ""
    outcome_at: str = ""
    rules: str = ""
    left_out: str = ""

    @property
    def moment(self) -> datetime:
        """When the sync began."""
        return instant(self.now)

    @property
    def wanted(self) -> Wanted:
        """What the sync is for."""
        return Wanted(
            policy=self.policy, score=self.score, outcome_at=self.outcome_at, left_out=self.left_out
        )

    def cursor(self, before: Cursor | None) -> Cursor:
        """The cursor once the plan is carried out."""
        compared = self.now if self.kind != "incremental" or before is None else before.compared
        return Cursor(
            policy=self.policy,
            until=in_seconds(self.moment - LAG),
            compared=compared,
            score=self.score,
            outcome_at=self.outcome_at,
            rules=self.rules,
            run=self.id,
            left_out=self.left_out,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a decision goes by.

    ``asked`` is what the admin asked for, empty for the usual; ``reason`` a sentence that tells why
    everything must be read, where that turned out on the way. ``related`` says that the policy reads
    objects beside the contacts.
    """

    wanted: Wanted
    now: datetime
    held: Cursor | None
    asked: Literal["", "full", "reconcile"] = ""
    reason: str = ""
    related: bool = False
    rules: ScoreRules | None = None

    @property
    def rules_state(self) -> str:
        """The state of the rules behind the score; where HubSpot does not tell it, the one before."""
        before = self.held.rules if self.held else ""
        return self.rules.state if self.rules is not None else before


def decide(at: Situation) -> Plan:
    """Choose: everything, what changed, or what changed with a comparison of everything."""
    kind, why = _kind(at)
    since = "" if kind == "full" or at.held is None else in_seconds(instant(at.held.until) - OVERLAP)
    return Plan(
        id=secrets.token_hex(8),
        kind=kind,
        why=why,
        policy=at.wanted.policy,
        now=in_seconds(at.now),
        since=since,
        score=at.wanted.score,
        outcome_at=at.wanted.outcome_at,
        rules=at.rules_state,
        left_out=at.wanted.left_out,
    )


def of_use(plan: Plan, at: Situation) -> bool:
    """Whether a plan of before is still what is wanted, and did not come to count already."""
    done = at.held is not None and at.held.run == plan.id
    # Where HubSpot does not tell the rules now, those that the plan knows are not others.
    same = plan.wanted == at.wanted and (at.rules is None or plan.rules == at.rules.state)
    fresh = timedelta() <= at.now - plan.moment < WORKABLE
    return same and not done and fresh and (not at.asked or at.asked == plan.kind) and not at.reason


def _kind(at: Situation) -> tuple[Kind, str]:
    if reason := _needs_all(at):
        return "full", reason
    age = at.now - instant(at.held.compared) if at.held else RECONCILE
    if at.asked != "reconcile" and age < RECONCILE:
        return "incremental", "Only what changed since the last sync was read."
    if at.related and at.asked != "reconcile":
        return "full", (
            "Everything was read, as every week: HubSpot does not date it when a deal or a lead comes to a "
            "contact."
        )
    why = "as asked" if at.asked == "reconcile" else "as every week"
    return "reconcile", f"What changed was read, and every contact compared with the portal, {why}."


def _needs_all(at: Situation) -> str:
    """Why everything must be read; empty where it need not."""
    if at.reason or at.asked == "full":
        return at.reason or "Everything was read, as asked."
    if at.held is None:
        return "Everything was read: it is the first sync."
    if at.held.policy != at.wanted.policy:
        return "Everything was read: the policy has changed since the last sync."
    if at.wanted.outcome_at and (at.held.outcome_at, at.held.score) != (
        at.wanted.outcome_at,
        at.wanted.score,
    ):
        return "Everything was read: the stream now asks for the scores from before the outcome."
    return _since_when(at, at.held) or _other_rules(at)


def _since_when(at: Situation, held: Cursor) -> str:
    """A sentence where what was read is too old, of no known age, or of other objects; else empty."""
    if at.now - instant(held.until) > TOO_LONG:
        return _AGE.format((at.now - instant(held.until)).days)
    if max(instant(held.until), instant(held.compared)) > at.now + LAG:
        return AHEAD
    return OTHER_SCOPES if held.left_out != at.wanted.left_out else ""


def _other_rules(at: Situation) -> str:
    """A sentence where the rules behind the score are others than at the last sync; else empty."""
    if at.held is None or at.rules is None or at.held.rules in {"", at.rules.state}:
        return ""
    on = f" on {at.rules.changed_at[:10]}" if at.rules.changed_at else ""
    return (
        f"Everything was read: the rules of the score {at.rules.name} were changed in HubSpot{on}, and the "
        "audit of before says nothing of the new ones."
    )


def plan_in(noted: Mapping[str, Any]) -> Plan | None:
    """The plan that a process left behind; None where it is of another version of Fairlead."""
    try:
        return Plan(**noted)
    except TypeError:
        return None


def noted(plan: Plan) -> dict[str, Any]:
    """A plan as plain JSON."""
    return asdict(plan)


def cursor_in(noted: Mapping[str, Any]) -> Cursor | None:
    """The cursor that the lake holds; None where there is none."""
    try:
        return Cursor(**noted)
    except TypeError:
        return None
