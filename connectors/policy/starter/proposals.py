"""New fields of the CRM: they come as proposals for the admin, and are never read until one is taken up.

The pages and the command line call ``proposals(policy, fields, known)``; the name and its arguments are kept
stable. ``fields`` is what the source's ``describe()`` gives now, ``known`` the names of the fields that it
gave when the policy was last saved (store `field_names` of that answer beside the policy). Nothing of a
record is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.policy.apply import RESERVED_COLUMNS
from connectors.policy.model import Policy, Rule, opt_out_field
from connectors.policy.starter.profile import Profile
from connectors.policy.starter.suggest import advised
from connectors.policy.write import rule_to_toml
from connectors.source import FieldInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A field that the CRM did not have when the policy was saved, and what it could become.

    ``rule`` is valid as it stands, beside the policy's own rules (its column is taken by none). ``reason``
    is for the admin.
    """

    field: str
    label: str
    rule: Rule
    reason: str

    @property
    def operator(self) -> str:
        """The operator's name, such as "drop"."""
        return self.rule.operator.name

    @property
    def toml(self) -> str:
        """The ``[[rule]]`` to add to the policy."""
        return rule_to_toml(self.rule)


def proposals(
    policy: Policy,
    fields: Iterable[FieldInfo],
    known: Collection[str],
    profiles: Mapping[str, Profile] | None = None,
) -> tuple[Proposal, ...]:
    """Propose a rule for each of ``fields`` that is neither ``known`` nor named by the policy, in order.

    Without a ``known`` field every field that the policy does not name is new. ``profiles`` are those of
    `connectors.policy.starter.sampled`, by field, where a sample was read. The policy is not changed.
    """
    old = {name.casefold() for name in (*known, *_named(policy))}
    return tuple(
        _proposals(policy, [one for one in fields if one.name.casefold() not in old], profiles or {})
    )


def field_names(fields: Iterable[FieldInfo]) -> tuple[str, ...]:
    """The names to remember when a policy is saved, sorted."""
    return tuple(sorted({field.name for field in fields}))


def _named(policy: Policy) -> Iterator[str]:
    """Every field that a policy speaks of, dropped ones as well: about these somebody has decided."""
    yield from (rule.field for rule in policy.rules)
    yield policy.created
    yield from map(opt_out_field, policy.exclude_when)
    yield from policy.exclude_unless


def _proposals(
    policy: Policy, new: Sequence[FieldInfo], profiles: Mapping[str, Profile]
) -> Iterator[Proposal]:
    taken = {*RESERVED_COLUMNS, *(rule.column for rule in policy.rules)}
    for field in new:
        found = advised(field, profiles.get(field.name))
        column = _free(field.name.lower(), taken)
        taken.add(column)
        rule = Rule(field=field.name, operator=found.operator, column=column)
        yield Proposal(field=field.name, label=field.label, rule=rule, reason=found.reason)


def _free(name: str, taken: Collection[str]) -> str:
    return next(one for one in (name, *(f"{name}_{n}" for n in range(2, len(taken) + 3))) if one not in taken)
