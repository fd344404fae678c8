"""What a sync will do: read everything, read what changed, or compare what is held with what is there.

References
----------
Salesforce, SOAP API Developer Guide, "getDeleted()": 15 days; Data Loader and help pages on
SystemModstamp: a transaction commits after the moment that it writes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from connectors.moments import in_seconds, instant
from connectors.salesforce.facts import STAMP, Facts
from connectors.salesforce.query import OVERLAP

Kind = Literal["full", "incremental", "reconcile"]
# Rows that are under way now become visible within it; the cursor never claims to have seen them.
LAG = timedelta(minutes=1)
RECONCILE = timedelta(days=7)
# Deletions can be asked for up to 15 days back; one day is for the time that a pull takes.
DELETIONS = timedelta(days=14)
# So many changes are read faster and in less memory as a whole.
MANY = 200_000
TOO_OLD = "Everything was read: Salesforce tells for 15 days what was deleted, and the last sync is older."
UNTOLD = "Everything was read: Salesforce's log of deletions does not reach back to the last sync."
AHEAD = (
    "Everything was read: Salesforce's clock was ahead at the last sync, so that it is not known up to when "
    "changes were read."
)
SO_MANY = "Everything was read: so many leads have changed that it takes no longer."
WORKABLE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far the leads of one org were read, and when everything was last read or compared.

    ``run`` is the plan that brought it there.

    Moments are ISO 8601 in UTC. ``policy`` is the digest of the policy, ``score`` the column whose
    earlier values are kept. ``deleted`` is how far the log of deletions was covered, which may lag.
    """

    policy: str
    until: str
    compared: str
    score: str = ""
    deleted: str = ""
    run: str = ""


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
    deleted_since: str = ""

    @property
    def moment(self) -> datetime:
        """The platform's time when the sync began."""
        return instant(self.now)

    def cursor(self, before: Cursor | None, covered: str = "") -> Cursor:
        """The cursor once the plan is carried out; ``covered`` is how far the log of deletions told."""
        compared = self.now if self.kind != "incremental" or before is None else before.compared
        until = in_seconds(self.moment - LAG)
        return Cursor(
            policy=self.policy,
            until=until,
            compared=compared,
            score=self.score,
            deleted=min(covered or until, until),
            run=self.id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a decision goes by.

    ``wanted`` is what the admin asked for, empty for the usual; ``reason`` a sentence that tells why
    everything must be read, where that turned out on the way.
    """

    policy: str
    score: str
    now: datetime
    facts: Facts
    held: Cursor | None
    wanted: Literal["", "full", "reconcile"] = ""
    reason: str = ""
    overlap: timedelta = field(default=OVERLAP)


def decide(at: Situation) -> Plan:
    """Choose: everything, what changed, or what changed with a comparison of everything."""
    kind, why = _kind(at)
    since = "" if kind == "full" or at.held is None else in_seconds(instant(at.held.until) - at.overlap)
    covered = "" if not since or at.held is None else min(since, at.held.deleted or since)
    return Plan(
        id=secrets.token_hex(8),
        kind=kind,
        why=why,
        policy=at.policy,
        now=in_seconds(at.now),
        since=since,
        score=at.score,
        deleted_since=covered,
    )


def _kind(at: Situation) -> tuple[Kind, str]:
    if reason := _needs_all(at):
        return "full", reason
    age = at.now - instant(at.held.compared) if at.held else RECONCILE
    if at.wanted != "reconcile" and age < RECONCILE:
        return "incremental", "Only what changed since the last sync was read."
    if at.facts.undated:
        names = " and ".join(at.facts.undated)
        return "full", f"Everything was read, as every week: Salesforce does not date the changes of {names}."
    why = "as asked" if at.wanted == "reconcile" else "as every week"
    return "reconcile", f"What changed was read, and every lead compared with the org, {why}."


def _needs_all(at: Situation) -> str:
    """Why everything must be read; empty where it need not."""
    if at.reason or at.wanted == "full":
        return at.reason or "Everything was read, as asked."
    if at.held is None:
        return "Everything was read: it is the first sync."
    if at.held.policy != at.policy:
        return "Everything was read: the policy has changed since the last sync."
    if instant(at.held.until) > at.now:
        return AHEAD
    if at.now - instant(at.held.until) > DELETIONS:
        return TOO_OLD
    return _undated(at.facts)


def _undated(facts: Facts) -> str:
    """Why changes cannot be asked for; empty where they can."""
    if not facts.stamped:
        return f"Everything was read: the connected user may not ask for changes ({STAMP})."
    if facts.formulas:
        names = " and ".join(facts.formulas)
        return f"Everything was read: Salesforce does not date the changes of formulas ({names})."
    return ""


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


def window(plan: Plan, relationships: tuple[str, ...] = ()) -> str:
    """The half-open window of changes of the leads, and of the objects that their fields lie on.

    It reaches up to the platform's next second; the cursor stays behind by `LAG` and the next window begins
    `OVERLAP` earlier still, so that a row that is committed late is read all the same.
    """
    if not plan.since:
        return ""
    names = (STAMP, *(f"{name}.{STAMP}" for name in relationships))
    parts = [between(name, plan) for name in names]
    return parts[0] if len(parts) == 1 else " OR ".join(f"({part})" for part in parts)


def between(name: str, plan: Plan) -> str:
    """``name`` within the plan's window."""
    end = in_seconds(plan.moment + timedelta(seconds=1))
    return f"{name} >= {plan.since} AND {name} < {end}"
