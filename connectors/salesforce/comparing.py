"""Every lead that is held against every lead that is there, month by month.

It finds what no date tells: leads that were erased for good, that are no longer shared with the connected
user, or that were shared with it since. A month in which anything is missing here is read anew. Neither
list is held in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from connectors.policy.day import day_of
from connectors.policy.model import Policy
from connectors.portions import portions
from connectors.pseudonym import Keyring
from connectors.salesforce.bulk_query import Patience
from connectors.salesforce.facts import Facts
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.ids import full_id
from connectors.salesforce.listing import count, rows_of
from connectors.salesforce.query import Soql
from connectors.two_sides import TwoSides

DOING = "comparison of leads"
_UNDATED, _AT_ONCE = -1, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One calendar month (UTC) by its first day."""

    first: date

    @property
    def behind(self) -> date:
        """The first day of the next month."""
        return (self.first + timedelta(days=32)).replace(day=1)

    def where(self, name: str, kind: str) -> str:
        """The condition that a date field lies in the month; ``kind`` is its type."""
        end = "T00:00:00Z" if kind == "datetime" else ""
        return f"{name} >= {self.first}{end} AND {name} < {self.behind}{end}"

    @property
    def number(self) -> int:
        """The month counted from the year 0."""
        return self.first.year * 12 + self.first.month - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is wrong with what is held: keys (text) of leads that are not there, and months to read anew.

    ``there`` is how many leads there are.
    """

    gone: pa.Array = field(default_factory=lambda: pa.array([], pa.string()), repr=False)
    months: tuple[Month, ...] = ()
    there: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Compares the leads of one org under one policy."""

    gateway: Gateway = field(repr=False)
    keyring: Keyring = field(repr=False)
    policy: Policy
    facts: Facts
    patience: Patience

    def of(self, held: Iterable[pa.Table], place: Path) -> Compared:
        """Compare; ``held`` has ``lead_key``, ``place`` is a folder for unnamed files.

        Raises
        ------
        Refused, Busy
            The list of leads is not whole.
        """
        gone, wanting, listed = [pa.array([], pa.string())], set[int](), Counter[int]()
        with TwoSides(place) as sides:
            for table in held:
                sides.here(table["lead_key"])
            for some in portions(self._pairs(), _AT_ONCE):
                sides.there([digest for digest, _ in some], [month for _, month in some])
                listed.update(month for _, month in some)
            for here_only, months in sides.differences():
                gone.append(here_only)
                wanting.update(months.tolist())
        dated = {month: number for month, number in listed.items() if month != _UNDATED}
        wanting |= {month for month, number in dated.items() if self._there(month) != number}
        return Compared(
            gone=pa.concat_arrays(gone),
            months=tuple(map(_month, sorted(wanting - {_UNDATED}))),
            there=listed.total(),
        )

    def query(self, fields: tuple[str, ...], month: Month) -> Soql:
        """The leads of one month."""
        return Soql(fields=fields, where=month.where(self.policy.created, self._kind))

    @property
    def _kind(self) -> str:
        return self.facts.types.get(self.policy.created.lower(), "datetime")

    def _there(self, month: int) -> int:
        return count(self.gateway, self.query((), _month(month)), DOING)

    def _pairs(self) -> Iterator[tuple[bytes, int]]:
        """The key and the month of every lead that is there; a record id lives no longer than this loop."""
        query = Soql(fields=("Id", self.policy.created))
        for record_id, created in rows_of(self.gateway, query, self.patience, DOING):
            try:
                key = self.keyring.lead_key(full_id(record_id or ""))
            except ValueError:
                continue
            day = day_of(created) if created else None
            if day is not None and self.policy.is_too_old(day):
                continue  # retention keeps it out, so that it is not missing here
            yield key.digest, _UNDATED if day is None else Month(first=day).number


def _month(number: int) -> Month:
    return Month(first=date(number // 12, number % 12 + 1, 1))
