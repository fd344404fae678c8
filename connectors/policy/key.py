"""key: equal values stay equal, and nobody can read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.schema import BadInput
from connectors.policy.blank import each_filled
from connectors.policy.model import Applied, Policy
from connectors.pseudonym import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Replace a value by its keyed pseudonym (HMAC-SHA-256), one key per ``domain``.

    Two fields of one domain can be joined; fields of different domains cannot.
    """

    name: ClassVar[str] = "key"
    domain: str

    def __post_init__(self) -> None:
        """Refuse an empty domain: it would make every field joinable with every other."""
        if not isinstance(self.domain, str) or not self.domain.strip():
            msg = 'domain is empty: name the kind of value, for example domain = "email"'
            raise BadInput(msg)

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:
        """32 hexadecimal digits per value."""
        return each_filled(values, lambda value: keyring.pseudonym(self.domain, value))

    def describe(self) -> str:
        """What it does, for the admin."""
        return f"The value becomes a code that only this installation can make (domain {self.domain})."


def domains(policy: Policy) -> Mapping[str, str]:
    """The columns that are pseudonyms under a policy, each with its domain: a rotation moves them on."""
    return {rule.column: rule.operator.domain for rule in policy.rules if isinstance(rule.operator, Key)}
