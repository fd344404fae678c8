"""The policy as a value. A field that it does not name is never requested from the CRM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Protocol

from connectors.pseudonym import Keyring

TOO_OLD = "too_old"
"""The reason that counts leads from before ``Policy.not_before``."""
NOT = "not "
"""Before a field of ``exclude_when`` that permits, such as OK to Store PII Data Elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A column after its operator: None is missing, ``unmapped`` counts values nobody mapped."""

    values: tuple[str | None, ...]
    unmapped: int = 0


class Operator(Protocol):
    """What a field becomes. One operator per file; each is a frozen dataclass of its parameters.

    ``name`` is the word in the policy file: keep, band, map, coarsen, noise, reduce, key or drop.
    """

    name: ClassVar[str]

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:
        """Transform one column; the result has the same length."""
        ...

    def describe(self) -> str:
        """One plain sentence for the admin: what this operator does to a value."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One field of the CRM, its operator and the column that it fills."""

    field: str
    operator: Operator
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules for one object of one CRM, with the opt-out fields that exclude a lead.

    ``created`` is the field that dates the cohort ("" only for a file that dates no lead).
    ``exclude_unless`` names fields of consent, such as a legal basis: a lead is excluded and counted
    where one of them is empty or plainly says no.
    ``exclude_when`` names checkbox fields: a lead is excluded and counted unless each of them is
    empty or plainly says no (opted out of profiling, do not process). With `NOT` before its name a field
    permits: a lead is excluded where it plainly says no.
    ``not_before`` is no part of the text of a policy: it is the installation's retention. A lead whose
    cohort day lies before it is counted as `TOO_OLD`, and nothing of it is kept, not even its key.
    """

    name: str
    crm: str
    object: str
    created: str
    rules: tuple[Rule, ...]
    exclude_when: tuple[str, ...] = ()
    exclude_unless: tuple[str, ...] = ()
    not_before: date | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The only fields that may be requested, each once, in order; dropped fields are not among them."""
        wanted = [rule.field for rule in self.rules if rule.operator.name != "drop"]
        created = [self.created] if self.created else []
        objecting = map(opt_out_field, self.exclude_when)
        return tuple(dict.fromkeys([*wanted, *created, *objecting, *self.exclude_unless]))

    def is_too_old(self, day: date) -> bool:
        """Whether retention keeps a lead of this cohort day out."""
        return self.not_before is not None and day < self.not_before


def opt_out_field(entry: str) -> str:
    """The field of an entry of ``exclude_when``."""
    return entry.removeprefix(NOT)
