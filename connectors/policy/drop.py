"""drop: the field is not even asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from connectors.policy.model import Applied
from connectors.pseudonym import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Never read the field. It says on record what an absent rule does anyway."""

    name: ClassVar[str] = "drop"

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:  # noqa: ARG002 - the protocol
        """Nothing: every value is missing."""
        return Applied(values=(None,) * len(values))

    def describe(self) -> str:
        """What it does, for the admin."""
        return "The field is never requested."
