"""Whether a policy and a stream fit: every column that the stream names must be filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.schema import Stream, nearest
from connectors.policy.apply import RESERVED_COLUMNS
from connectors.policy.model import Policy
from connectors.snapshots import SCORED_AT

# What is pulled again and again; a file is read once.
SYNCED = frozenset({"salesforce", "hubspot"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A column that no rule fills, and the one that was probably meant (None where none is near)."""

    name: str
    nearest: str | None


def origins(policy: Policy) -> Mapping[str, str]:
    """Every column that the policy fills, and in words what from."""
    made = {rule.column: rule.field for rule in policy.rules if rule.operator.name != "drop"}
    key, day = RESERVED_COLUMNS
    own = {key: "the record id's pseudonym", day: f"the day of {policy.created}"}
    if policy.crm in SYNCED:
        own[SCORED_AT] = "since when the score stood, as Fairlead saw it at its pulls"
    return {**own, **made}


def left_out(policy: Policy, stream: Stream) -> tuple[LeftOut, ...]:
    """The columns that the stream needs and the policy does not fill, in the stream's order."""
    filled = origins(policy)
    # Nobody who writes "score" means the day that Fairlead adds by itself.
    meant = [name for name in filled if name != SCORED_AT]
    return tuple(
        LeftOut(name=name, nearest=nearest(name, meant)) for name in _wanted(stream) if name not in filled
    )


def left_out_sentence(missing: Sequence[LeftOut]) -> str:
    """What is wrong and how to mend it, in one sentence."""
    names = " and ".join(f"'{one.name}'{_hint(one)}" for one in missing)
    what = "no column" if len(missing) == 1 else "none of the columns"
    return (
        f"The stream: the policy in force fills {what} {names}; "
        f"correct {'the name' if len(missing) == 1 else 'the names'} here, or add a rule to the policy first."
    )


def _hint(one: LeftOut) -> str:
    return f" (did you mean '{one.nearest}'?)" if one.nearest else ""


def _wanted(stream: Stream) -> tuple[str, ...]:
    """Each column once. The key is not among them: a connection's leads are known by their pseudonym."""
    roles = (stream.score, stream.decision, stream.outcome, stream.worked, stream.created)
    times = (stream.outcome_at, stream.scored_at)
    estimated = (column for one in stream.memberships for _, column in one.probabilities)
    attributes = (attribute.column for attribute in stream.attributes)
    given = (*attributes, *estimated, *stream.controls, *(stream.features or ()))
    wanted = (*roles, *times, *stream.treatment, *given)
    return tuple(name for name in dict.fromkeys(wanted) if name)
