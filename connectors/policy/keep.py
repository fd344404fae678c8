"""keep: the value as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from connectors.policy.blank import each_filled
from connectors.policy.model import Applied
from connectors.pseudonym import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Keep a value that says little about a person: a lead source, an industry, a score."""

    name: ClassVar[str] = "keep"

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:  # noqa: ARG002 - the protocol
        """The same values without outer spaces; empty ones are missing."""
        return each_filled(values, lambda value: value)

    def describe(self) -> str:
        """What it does, for the admin."""
        return "The value is kept as it is."
