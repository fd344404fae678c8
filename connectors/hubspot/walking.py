"""Every contact of a portal in the order of the ids, in memory that does not grow, from any place on.

A page that lost its cursor looks like the last one, so that what was listed is compared with what the
portal's search counts: at the beginning how many there are and the highest id, at the end, where fewer
came, how many of those there still are. New contacts have higher ids and do not disturb that.

References
----------
HubSpot, "CRM objects": the list is in the order of the ids; a page with more behind it has
``paging.next.after``, which is the id of the next record.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import Busy
from connectors.hubspot.answers import Document, following, objects, record_number
from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.listing import BARREN, RECOUNTS, census

ID = ("hs_object_id",)
# From so many contacts on several pages are kept as one step.
MANY, AT_ONCE = 10_000, 10
RECENT = 5 * PAGE
# A page that comes twice leads back to where it led before; so many times is a circle.
TURNS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Some pages of the list. ``place`` (plain JSON, with ids) is what is needed to go on behind them."""

    records: Sequence[Document] = field(repr=False)
    place: Mapping[str, Any] = field(repr=False)

    @property
    def ids(self) -> list[str]:
        """The ids; an empty one for a record that has none."""
        return [record_number(record) for record in self.records]


@dataclass(slots=True, kw_only=True)
class Walk:
    """One listing. ``total`` and ``highest`` are of its beginning, ``came`` and ``late`` count what came."""

    client: HubSpotClient = field(repr=False)
    properties: tuple[str, ...] = ID
    total: int = 0
    highest: int = field(default=0, repr=False)
    came: int = 0
    late: int = 0
    last: int = field(default=0, repr=False)
    after: str | None = field(default=None, repr=False)
    _recent: deque[int] = field(default_factory=lambda: deque(maxlen=RECENT), repr=False)
    _asked: set[str] = field(default_factory=set, repr=False)
    _barren: int = 0
    _turns: int = 0

    def steps(self) -> Iterator[Step]:
        """The contacts that are not archived, a few pages at a time, none twice.

        Raises
        ------
        Busy
            The pages do not advance, or more are announced than come.
        """
        pages = AT_ONCE if self.total >= MANY else 1
        waiting: list[Document] = []
        for number, records in enumerate(self._pages(), start=1):
            waiting += records
            if number % pages == 0 and self.after is not None:
                yield Step(records=waiting, place=self.place)
                waiting = []
        yield Step(records=waiting, place={**self.place, "done": True})

    @property
    def place(self) -> dict[str, Any]:
        """Where it is now."""
        names = ("total", "highest", "came", "late", "last", "after")
        return {name: getattr(self, name) for name in names}

    def _pages(self) -> Iterator[list[Document]]:
        while True:
            document = self.client.page(self.properties, after=self.after)
            records = objects(document, "results")
            fresh = [record for record in records if self._is_new(record)]
            self._barren = 0 if fresh else self._barren + 1
            self.after = following(document)
            yield fresh
            if self.after is None:
                return
            self._turns += self.after in self._asked
            if not records or self._turns > TURNS or self._barren > BARREN:
                msg = "HubSpot's contact list does not advance"
                raise Busy(msg, retry_after=60.0)
            self._asked.add(self.after)

    def _is_new(self, record: Document) -> bool:
        """Whether no page just before held it; of an id far behind the lake finds out."""
        number = int(record_number(record) or 0)
        if number and number in self._recent:
            return False
        if number > max(self.highest, self.last):
            self.late += 1
        else:
            self.came += 1
        self.last = max(self.last, number)
        self._recent.append(number)
        return True


def walk(client: HubSpotClient, place: Mapping[str, Any], properties: tuple[str, ...] = ID) -> Walk:
    """A listing from its beginning, or on from the place of an earlier one."""
    if place:
        known = {name: value for name, value in place.items() if name != "done"}
        return Walk(client=client, properties=properties, **known)
    total, highest = census(client)
    return Walk(client=client, properties=properties, total=total, highest=highest)


def expected(client: HubSpotClient, place: Mapping[str, Any]) -> int:
    """How many different contacts a listing that ended must have brought; those deleted meanwhile need not.

    Raises
    ------
    Busy
        Fewer came than there were and than there still are.
    """
    total, came, late = int(place["total"]), int(place["came"]), int(place["late"])
    if came >= total:
        return total + late
    for wait in RECOUNTS:
        client.pause(wait)
        left, _ = census(client, int(place["highest"]))
        if left <= came:
            return left + late
    msg = "HubSpot's contact list ended before all of its contacts had come: pull again"
    raise Busy(msg, retry_after=60.0, code="incomplete")
