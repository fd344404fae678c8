"""One change of one record on its way to Salesforce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.salesforce.trouble import plain_code
from connectors.tally import ShadowChange

LOCKED = "UNABLE_TO_LOCK_ROW"
NOT_CONFIRMED = "NOT_CONFIRMED"
DOING = "write-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """New values of one lead; None takes a value away. ``shadow`` is what that does to its shadow score."""

    record_id: str = field(repr=False)
    values: Mapping[str, str | float | None]
    shadow: ShadowChange = ""

    @property
    def stem(self) -> str:
        """The 15 characters that both forms of an id share."""
        return self.record_id[:15]


@dataclass(slots=True, kw_only=True)
class Written:
    """What became of some updates: those that Salesforce took, and the others by its code.

    ``locked`` were held by somebody else: they may be tried again.
    """

    taken: list[Update] = field(default_factory=list)
    failed: list[tuple[str, Update]] = field(default_factory=list)
    locked: list[Update] = field(default_factory=list)

    def refused(self, code: str, update: Update) -> None:
        """Note an update that was not taken."""
        if code == LOCKED:
            self.locked.append(update)
        else:
            self.failed.append((code, update))


def code_of(errors: object) -> str:
    """The first error's code in a result; NOT_CONFIRMED where Salesforce said nothing about the record."""
    first = errors[0] if isinstance(errors, list) and errors else None
    return plain_code(first.get("statusCode")) if isinstance(first, dict) else NOT_CONFIRMED


def by_id(updates: Sequence[Update]) -> list[Update]:
    """Sorted, so that two writers meet the same rows in the same order."""
    return sorted(updates, key=lambda update: update.record_id)


def as_record(update: Update, kind: str) -> dict[str, Any]:
    """The update as the collections resource takes it."""
    return {"attributes": {"type": kind}, "id": update.record_id, **update.values}
