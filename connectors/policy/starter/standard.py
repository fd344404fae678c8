"""What a starter knows of one CRM: its standard fields, and the rule that each would get."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.policy.model import Operator, Rule
from connectors.source import FieldInfo

OURS = ("fairness_", "fairscore_")
"""How the fields begin that Fairlead writes into a CRM, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One standard field with its rule.

    ``why`` stands above the rule as a comment. ``types`` are the CRM's types that the rule is safe
    for (empty: any). ``everywhere`` says that every org has the field. An ``optional`` rule is only
    shown, as a comment to take up.
    """

    rule: Rule
    why: str
    types: tuple[str, ...] = ()
    everywhere: bool = False
    optional: bool = False

    def offered(self, types: dict[str, str]) -> bool:
        """Whether the CRM has the field, in a type that the rule is safe for."""
        found = types.get(self.rule.field)
        return found is not None and (not self.types or found in self.types)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One CRM.

    ``opt_outs`` are its checkboxes that exclude a lead; every org has the first. Checkboxes of the
    customer's own that are named like ``objections`` exclude as well. ``consents`` are fields that must be
    filled before a lead may be looked at; the suggestion only shows them. A score is a
    number (``number_types``) whose name or label says so, but for ``no_scores``; names that match
    ``own`` were made by the customer and come first. ``score_example`` shows what such a name
    looks like.
    """

    crm: str
    object: str
    created: str
    opt_outs: tuple[str, ...]
    number_types: frozenset[str]
    own: re.Pattern[str]
    score_example: str
    standard: tuple[Standard, ...]
    no_scores: frozenset[str] = frozenset()
    objections: re.Pattern[str] | None = None
    consents: tuple[str, ...] = ()

    def is_number(self, field: FieldInfo) -> bool:
        """Whether the field may be a score by its type and is none that is known to be no use."""
        # What Fairlead wrote itself is no score: an audit of it would audit itself.
        ours = field.name.casefold().startswith(OURS)
        return field.type in self.number_types and field.name not in self.no_scores and not ours


def standard(field: str, operator: Operator, column: str, why: str, *types: str) -> Standard:
    """A standard field that an org may lack."""
    return Standard(rule=Rule(field=field, operator=operator, column=column), why=why, types=types)


def everywhere(field: str, operator: Operator, column: str, why: str) -> Standard:
    """A standard field that every org has."""
    rule = Rule(field=field, operator=operator, column=column)
    return Standard(rule=rule, why=why, everywhere=True)


def optional(field: str, operator: Operator, column: str, why: str, *types: str) -> Standard:
    """A field that some want, as a comment."""
    rule = Rule(field=field, operator=operator, column=column)
    return Standard(rule=rule, why=why, types=types, optional=True)
