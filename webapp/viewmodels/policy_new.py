"""The fields of a CRM that a policy does not name: those that came since it was saved, and the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """Part them by when they were first seen. What the first look at the CRM showed is not new."""
    begun = min(first_seen.values(), default=None)
    fresh = tuple(
        one
        for one in fields
        if saved is not None and begun is not None and first_seen[one.field] > max(saved, begun)
    )
    return NotNamed(fresh=fresh, older=tuple(one for one in fields if one not in fresh))
