"""Which columns an outsider could hold a list of: nobody else knows a score or the day of the last call.

A column counts as known outside unless the rule says plainly that it is not: so a field that nobody thought
of makes the measured risk higher, never lower.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.policy.model import Policy, Rule

# Fields that the CRM or its users fill about their own work, by the CRMs' own names and what people name
# alike.
_OWN_WORK = re.compile(
    r"(.*_)?(lead_?|predictive_?|your_?)?scor(e|ing)(_*(c|tier))?|.*score.*|.*scoring.*|.*_?tier"
    r"|status|.*lifecycle.*|.*lead_?status|lead_?source|.*analytics_source.*|original_?source"
    r"|created_?date|created?_?at|.*last_?(activity|contacted|modified|referenced|viewed).*"
    r"|.*convert(ed)?.*|(deal\.|opportunity\.)?.*(is_?closed|is_?won|close_?date|closed_?won).*"
    r"|lead\.hs_lead_label|.*(stage|pipeline)(_*c)?|outcome|worked|converted|scored_at|outcome_at"
)
_SAYS_LITTLE = {
    "drop": "is never read",
    "key": "is a code that nobody outside can make",
    "noise": "carries noise, so that an exact list does not match it",
    "reduce": "is a number made of a text that nobody outside has",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowable:
    """The columns that an outsider could know, and the others with the reason, each in the policy's order.

    Every column that holds something is in one of the two.
    """

    columns: tuple[str, ...]
    inside: tuple[tuple[str, str], ...]


def knowable(policy: Policy) -> Knowable:
    """Part the columns of a policy into what an outsider could know, and what only the CRM knows."""
    reasons = [(rule.column, _inside(rule, policy)) for rule in policy.rules if rule.operator.name != "drop"]
    return Knowable(
        columns=tuple(column for column, reason in reasons if reason is None),
        inside=tuple((column, reason) for column, reason in reasons if reason is not None),
    )


def outsider_columns(policy: Policy) -> tuple[str, ...]:
    """The columns that an outsider could know: the quasi-identifiers, where nobody names them."""
    return knowable(policy).columns


def _inside(rule: Rule, policy: Policy) -> str | None:
    name = rule.field.casefold()
    if rule.operator.name in _SAYS_LITTLE:
        return _SAYS_LITTLE[rule.operator.name]
    if name == policy.created.casefold():
        return "is the day on which the CRM made the record"
    if _OWN_WORK.fullmatch(name):
        return "is filled by the CRM or its users about their own work"
    return None
