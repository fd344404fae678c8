"""Write updates in batches, find the contacts that HubSpot refuses, and do not go on finding all of them.

HubSpot refuses a whole batch for one bad contact, so that a refused batch is halved until the bad one
is alone. Where an admin's rule refuses every contact, that would cost two calls for each: once every
contact of a batch was refused alike, a few of the next batch are tried alone first, and where they are
refused in the same way the rest is left alone and counted as not tried. One that is written ends that.
Which few is left to chance, so that it is not the same contacts that no write-back ever tries.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import Refused
from connectors.hubspot.answers import Document, code_of, errors_of, named_ids, objects, record_number
from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.flag_properties import STATUS
from connectors.hubspot.value_errors import value_error
from connectors.tally import ShadowChange, Tally

# HubSpot answers these to a batch in which one record is wrong; the whole batch is then unwritten.
_ONE_IS_WRONG = frozenset(
    {"VALIDATION_ERROR", "OBJECT_NOT_FOUND", "CONFLICT", "HTTP_400", "HTTP_404", "HTTP_409"}
)
_EACH = 20
MERGED, NOT_CONFIRMED, NOT_TRIED = "MERGED", "NOT_CONFIRMED", "NOT_TRIED"
Update = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes the batches of one write-back, and counts what becomes of each contact.

    ``wanted`` gives what the contact of an id should hold, ``changes`` what an update does to the shadow
    score of each contact that is still to be written.
    """

    client: HubSpotClient
    tally: Tally
    wanted: Callable[[str], Mapping[str, str]]
    changes: dict[str, ShadowChange] = field(default_factory=dict)
    _always: str = ""

    def write(self, updates: Sequence[Update]) -> None:
        """Write up to 100 updates. Raises Refused or Busy where it is no contact's fault."""
        if self._always:
            start = secrets.randbelow(min(_EACH, len(updates)))
            probes = updates[start::_EACH]
            updates = [one for place, one in enumerate(updates) if place % _EACH != start]
            refused = sum((self._halving([one]) for one in probes), Counter[str]())
            if refused[self._always] == len(probes):
                self.tally.failed[NOT_TRIED] += len(updates)
                return
            self._always = ""
        refused = self._halving(updates) if updates else Counter[str]()
        if len(updates) == PAGE and max(refused.values(), default=0) == PAGE:
            (self._always,) = refused

    def _halving(self, updates: Sequence[Update]) -> Counter[str]:
        """Write a batch, halved where it is refused; the contacts that were refused alone, by code."""
        try:
            document = self.client.update(updates)
        except Refused as error:
            if not _of_a_record(error):
                raise
            if len(updates) == 1:
                self.tally.failed[error.code] += 1
                return Counter([error.code])
        else:
            self._count(document, updates)
            return Counter()
        middle = len(updates) // 2
        return self._halving(updates[:middle]) + self._halving(updates[middle:])

    def _count(self, document: Document, updates: Sequence[Update]) -> None:
        """Count a batch that was written in whole or, with HTTP 207, in part."""
        asked = {update["id"]: update["properties"] for update in updates}
        answered = Counter(record_number(record) for record in objects(document, "results"))
        for record_id in asked.keys() & answered.keys():
            self.tally.took(asked[record_id][STATUS])
            self.tally.shadow[self.changes.pop(record_id, "")] += 1
        strays = answered - Counter(list(asked))
        left = self._named(document, asked.keys() - answered.keys())
        merged = min(left, strays.total())
        self.tally.failed[MERGED] += merged
        self._nameless(document, left - merged)
        self._set_right(strays.keys() - {""})

    def _named(self, document: Document, left: AbstractSet[str]) -> int:
        """Count the contacts that errors name; how many are left."""
        for error in errors_of(document):
            named = named_ids(error) & left
            self.tally.failed[_code(error)] += len(named)
            left = left - named
        return len(left)

    def _nameless(self, document: Document, left: int) -> None:
        """Count as many contacts as there are errors that name none: each is about one that is left."""
        for error in errors_of(document):
            if left and not named_ids(error):
                self.tally.failed[_code(error)] += 1
                left -= 1
        self.tally.failed[NOT_CONFIRMED] += left

    def _set_right(self, winners: Collection[str]) -> None:
        """A contact that was merged meanwhile is answered as the winner, which now has the flag of both.

        A winner that is refused is no reason to stop: the next write-back finds that it differs.
        """
        for name in sorted(winners):
            try:
                self.client.update([{"id": name, "properties": dict(self.wanted(name))}])
            except Refused as error:
                if not _of_a_record(error):
                    raise


def _of_a_record(error: Refused) -> bool:
    """Whether a refusal is about one of the records; a colon says that HubSpot names its property."""
    return ":" in error.code or error.code in _ONE_IS_WRONG


def _code(error: Document) -> str:
    return value_error(error) or code_of(error, "category") or "UNKNOWN"
