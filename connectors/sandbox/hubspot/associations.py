"""Which records belong together: kept in both directions, each with the ids of its types.

References
----------
HubSpot, "Associations v4", association type ids. Lead to primary contact 578, to contact 608, contact
to lead 609; contact to deal 4 and back 3; the primary company of a contact 1 and back 2. Assumed here:
the id of a lead's company (610 and 611) and of a deal's lead (1036).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from connectors.sandbox.hubspot.kinds import COMPANIES, CONTACTS, DEALS, LEADS, Kind

Pair = tuple[Kind, Kind]
# Without a label: every pair that belongs together has this type.
PLAIN: Mapping[Pair, int] = MappingProxyType(
    {
        (CONTACTS, DEALS): 4,
        (DEALS, CONTACTS): 3,
        (CONTACTS, COMPANIES): 279,
        (COMPANIES, CONTACTS): 280,
        (DEALS, COMPANIES): 341,
        (COMPANIES, DEALS): 342,
        (LEADS, CONTACTS): 608,
        (CONTACTS, LEADS): 609,
        (LEADS, COMPANIES): 610,
        (COMPANIES, LEADS): 611,
        (LEADS, DEALS): 1037,
        (DEALS, LEADS): 1036,
    }
)
# The one among several that counts; with it the plain type always stands too.
PRIMARY: Mapping[Pair, int] = MappingProxyType(
    {
        (CONTACTS, COMPANIES): 1,
        (COMPANIES, CONTACTS): 2,
        (DEALS, COMPANIES): 5,
        (COMPANIES, DEALS): 6,
        (LEADS, CONTACTS): 578,
        (LEADS, COMPANIES): 580,
        (LEADS, DEALS): 582,
    }
)


# Asked from this side HubSpot knows of none, though the other side does (seen in a live portal by others).
_ONE_WAY = frozenset({(DEALS, LEADS)})


@dataclass(slots=True)
class Associations:
    """The associations of a portal."""

    _to: dict[Pair, dict[int, dict[int, set[int]]]] = field(default_factory=dict)

    def of(self, pair: Pair, number: int) -> Mapping[int, set[int]]:
        """The records of the other type that belong to one, in the order of their ids."""
        if pair in _ONE_WAY:
            return {}
        return dict(sorted(self._to.get(pair, {}).get(number, {}).items()))

    def join(self, pair: Pair, one: int, other: int, types: Iterable[int] = ()) -> None:
        """Two records belong together, with the plain type and those given."""
        back = (pair[1], pair[0])
        wanted = {PLAIN[pair], *types}
        primary = PRIMARY.get(pair)
        if primary in wanted:
            # A record has one primary record of each type.
            for kept, known in self._to.get(pair, {}).get(one, {}).items():
                known.discard(primary)
                self._types(back, kept, one).discard(PRIMARY.get(back, 0))
        self._types(pair, one, other).update(wanted)
        mirrored = {PRIMARY[back]} if primary in wanted and back in PRIMARY else set[int]()
        self._types(back, other, one).update({PLAIN[back], *mirrored})

    def part(self, pair: Pair, one: int, other: int) -> None:
        """Two records belong together no more."""
        self._to.get(pair, {}).get(one, {}).pop(other, None)
        self._to.get((pair[1], pair[0]), {}).get(other, {}).pop(one, None)

    def everything(self, kind: Kind, number: int) -> Iterator[tuple[Pair, int, set[int]]]:
        """Every association of a record: the pair of types, the other record, the types."""
        for pair, rows in self._to.items():
            if pair[0] is kind:
                for other, types in list(rows.get(number, {}).items()):
                    yield pair, other, types

    def leave(self, kind: Kind, number: int) -> None:
        """A record is gone: nothing belongs to it."""
        for pair, other, _ in list(self.everything(kind, number)):
            self.part(pair, number, other)

    def move(self, kind: Kind, number: int, heir: int) -> None:
        """A record was merged into another one."""
        for pair, other, types in list(self.everything(kind, number)):
            back = (pair[1], pair[0])
            mirrored = set(self._types(back, other, number))
            self.part(pair, number, other)
            self.join(pair, heir, other, types)
            self.join(back, other, heir, mirrored)

    def _types(self, pair: Pair, one: int, other: int) -> set[int]:
        return self._to.setdefault(pair, {}).setdefault(one, {}).setdefault(other, set())


def type_documents(pair: Pair, types: Iterable[int]) -> list[dict[str, Any]]:
    """The types of one association as the API shows them."""
    return [
        {
            "category": "HUBSPOT_DEFINED",
            "typeId": number,
            "label": "Primary" if number == PRIMARY.get(pair) else None,
        }
        for number in sorted(types)
    ]
