"""The fields of a CRM that a policy does not name: those that came since it was saved, and the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.suggestions import NewField


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNamed:
    """``fresh`` came after the policy was saved; ``older`` were there, and nobody has decided on them."""

    fresh: tuple[NewField, ...]
    older: tuple[NewField, ...]

    @property
    def count(self) -> int:
        """How many fields the policy does not name."""
        return len(self.fresh) + len(self.older)


def parted(
    fields: Sequence[NewField], first_seen: Mapping[str, datetime], saved: datetime | None
) -> NotNamed:
    """Part them by when they were first seen."""
    came = came_since(first_seen, saved)
    return NotNamed(
        fresh=tuple(one for one in fields if one.field in came),
        older=tuple(one for one in fields if one.field not in came),
    )


def came_since(first_seen: Mapping[str, datetime], saved: datetime | None) -> Collection[str]:
    """The fields that came after a policy was saved. What the first look at the CRM showed is not new."""
    if saved is None or not first_seen:
        return ()
    begun = max(saved, min(first_seen.values()))
    return {name for name, seen in first_seen.items() if seen > begun}
