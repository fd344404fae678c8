"""Every contact of a portal, and proof that it was every one.

A page that lost its cursor looks like the last one, so that what was listed is compared with what
the portal's search counts: before the listing how many there are and the highest id, after it, where
fewer came, how many of those there still are. New contacts have higher ids and do not disturb that;
contacts deleted meanwhile are no fault.

References
----------
HubSpot, "CRM objects": the list is in the order of the ids; a page with more behind it has
``paging.next.after``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connectors.errors import Busy
from connectors.hubspot.answers import Document, following, objects, record_number, total_of
from connectors.hubspot.client import HubSpotClient

# A page may repeat another; so many that bring nothing new are a circle.
BARREN = 3
# The search index is behind by moments: a contact that was deleted just now is still counted.
RECOUNTS = (0.0, 3.0, 10.0)


def every_contact(client: HubSpotClient, properties: Sequence[str]) -> Iterator[list[Document]]:
    """Every contact that is not archived, in the order of their ids, page by page.

    Raises
    ------
    Busy
        The listing is incomplete: its pages do not advance, more are announced than come, or fewer
        contacts came than there were and than there still are.
    """
    total, highest = census(client)
    seen = _Seen(highest=highest)
    after: str | None = None
    while True:
        document = client.page(properties, after=after)
        records = objects(document, "results")
        yield seen.fresh(records)
        after = following(document)
        if after is None:
            break
        seen.check(records)
    if seen.earlier < total:
        _count_again(client, seen)


@dataclass(slots=True)
class _Numbers:
    """Ids, eight bytes each as long as they rise, as those of a list do."""

    _rising: array[int] = field(default_factory=lambda: array("q"))
    _others: set[int] = field(default_factory=set)

    def add(self, number: int) -> None:
        """Take in one that is not there."""
        if self._rising and number < self._rising[-1]:
            self._others.add(number)
        else:
            self._rising.append(number)

    def __contains__(self, number: object) -> bool:
        """Whether one is there."""
        if not isinstance(number, int) or number in self._others:
            return number in self._others
        place = bisect_left(self._rising, number)
        return place < len(self._rising) and self._rising[place] == number

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rising) + len(self._others)


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What one listing has shown so far."""

    highest: int
    _known: _Numbers = field(default_factory=_Numbers)
    _nameless: int = 0
    _late: int = 0
    _barren: int = 0

    def fresh(self, records: Sequence[Document]) -> list[Document]:
        """The records that no page has shown before, and those without an id, which are counted later."""
        found: list[Document] = []
        before = len(self._known)
        for record in records:
            number = int(record_number(record) or 0)
            if number not in self._known:
                found.append(record)
            self._note(number)
        self._barren = 0 if len(self._known) > before else self._barren + 1
        return found

    def check(self, records: Sequence[Document]) -> None:
        """Raise Busy where a page with more behind it is empty, or several bring nothing new."""
        if not records or self._barren > BARREN:
            msg = "HubSpot's contact list does not advance"
            raise Busy(msg, retry_after=60.0)

    @property
    def earlier(self) -> int:
        """How many of the contacts that were there at the beginning came; nameless ones count one each."""
        return len(self._known) - self._late + self._nameless

    def _note(self, number: int) -> None:
        if not number:
            self._nameless += 1
        elif number not in self._known:
            self._known.add(number)
            self._late += number > self.highest


def _count_again(client: HubSpotClient, seen: _Seen) -> None:
    for wait in RECOUNTS:
        client.pause(wait)
        left, _ = census(client, seen.highest)
        if left <= seen.earlier:
            return
    msg = "HubSpot's contact list ended before all of its contacts had come: pull again"
    raise Busy(msg, retry_after=60.0)


def census(client: HubSpotClient, highest: int = 0) -> tuple[int, int]:
    """How many contacts there are (up to an id), and the highest id among them.

    Raises
    ------
    Busy
        The search contradicts itself.
    """
    upto = [{"propertyName": "hs_object_id", "operator": "LTE", "value": str(highest)}]
    document = client.search(
        {
            "filterGroups": [{"filters": upto}] if highest else [],
            "sorts": [{"propertyName": "hs_object_id", "direction": "DESCENDING"}],
            "properties": ["hs_object_id"],
            "limit": 1,
        }
    )
    total = total_of(document)
    found = max((int(record_number(record) or 0) for record in objects(document, "results")), default=0)
    if total and not found:
        msg = "HubSpot's contact search counts contacts and shows none"
        raise Busy(msg, retry_after=60.0)
    return total, found
