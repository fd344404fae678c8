"""Whether a policy and a stream fit: every column that the stream names must be filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.schema import Stream, nearest
from connectors.policy.apply import RESERVED_COLUMNS
from connectors.policy.model import Policy
from connectors.snapshots import SCORED_AT
from webapp.language import gettext, ngettext
from webapp.store.rows import CRMS


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A column that no rule fills, and the one that was probably meant (None where none is near)."""

    name: str
    nearest: str | None


def origins(policy: Policy) -> Mapping[str, str]:
    """Every column that the policy fills, and in words what from."""
    made = {rule.column: rule.field for rule in policy.rules if rule.operator.name != "drop"}
    key, day = RESERVED_COLUMNS
    own = {
        key: gettext("the record id's pseudonym"),
        day: gettext("the day of %(field)s", field=policy.created),
    }
    if policy.crm in CRMS:  # pulled again and again; a file is read once
        own[SCORED_AT] = gettext("since when the score stood, as Fairlead saw it at its pulls")
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
    names = gettext(" and ").join(map(_named, missing))
    return ngettext(
        "The stream: the policy in force fills no column %(names)s; "
        "correct the name here, or add a rule to the policy first.",
        "The stream: the policy in force fills none of the columns %(names)s; "
        "correct the names here, or add a rule to the policy first.",
        len(missing),
        names=names,
    )


def _named(one: LeftOut) -> str:
    if not one.nearest:
        return gettext("'%(name)s'", name=one.name)
    return gettext("'%(name)s' (did you mean '%(nearest)s'?)", name=one.name, nearest=one.nearest)


def _wanted(stream: Stream) -> tuple[str, ...]:
    """Each column once. The key is not among them: a connection's leads are known by their pseudonym."""
    roles = (stream.score, stream.decision, stream.outcome, stream.worked, stream.created)
    times = (stream.outcome_at, stream.scored_at)
    estimated = (column for one in stream.memberships for _, column in one.probabilities)
    attributes = (attribute.column for attribute in stream.attributes)
    given = (*attributes, *estimated, *stream.controls, *(stream.features or ()))
    wanted = (*roles, *times, *stream.treatment, *given)
    return tuple(name for name in dict.fromkeys(wanted) if name)
