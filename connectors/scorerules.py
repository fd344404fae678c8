"""What a CRM tells of the rules behind a score: evidence of what the score looks at directly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRules:
    """The rules of one score. ``uses`` are pairs of a field and the group of rules that looks at it.

    ``changed_at`` (ISO 8601, UTC; empty where it is not told) is when the rules were changed last. ``id``
    tells scores apart.
    """

    id: str
    name: str
    changed_at: str = ""
    uses: tuple[tuple[str, str], ...] = ()

    @property
    def state(self) -> str:
        """A text that is another one when the score or its rules are."""
        return f"{self.id} {self.changed_at}"

    @property
    def fields(self) -> frozenset[str]:
        """The fields that the rules look at."""
        return frozenset(name for name, _ in self.uses)
