"""Every lead that is held against every lead that is there, month by month.

It finds what no date tells: leads that were erased for good, that are no longer shared with the connected
user, or that were shared with it since. A month in which anything is missing here is read anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from connectors.policy.day import day_of
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.bulk_query import Patience
from connectors.salesforce.facts import Facts
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.ids import full_id
from connectors.salesforce.listing import count, rows_of
from connectors.salesforce.query import Soql

DOING = "comparison of leads"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is wrong with what is held: leads that are not there, and months to read anew."""

    gone: tuple[LeadKey, ...] = field(default=(), repr=False)
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

    def of(self, held: pa.Table) -> Compared:
        """Compare; ``held`` has ``lead_key`` and ``cohort_day``.

        Raises
        ------
        Refused, Busy
            The list of leads is not whole.
        """
        keys, days = self._listed()
        there = pa.array(keys, pa.string())
        here = pc.unique(held["lead_key"].combine_chunks())
        gone = here.filter(pc.invert(pc.is_in(here, value_set=there)))
        new = pc.invert(pc.is_in(there, value_set=here)).to_pylist()
        listed = Counter(_month(day) for day in days if day is not None)
        wanting = {_month(day) for day, absent in zip(days, new, strict=True) if absent and day is not None}
        wanting |= {first for first, number in listed.items() if self._there(first) != number}
        return Compared(
            gone=tuple(LeadKey(bytes.fromhex(key)) for key in gone.to_pylist()),
            months=tuple(Month(first=first) for first in sorted(wanting)),
            there=len(keys),
        )

    def query(self, fields: tuple[str, ...], month: Month) -> Soql:
        """The leads of one month."""
        return Soql(fields=fields, where=month.where(self.policy.created, self._kind))

    @property
    def _kind(self) -> str:
        return self.facts.types.get(self.policy.created.lower(), "datetime")

    def _there(self, first: date) -> int:
        return count(self.gateway, self.query((), Month(first=first)), DOING)

    def _listed(self) -> tuple[list[str], list[date | None]]:
        keys, days = list[str](), list[date | None]()
        for key, day in self._pairs():
            keys.append(key)
            days.append(day)
        return keys, days

    def _pairs(self) -> Iterator[tuple[str, date | None]]:
        """The key and the day of every lead that is there; a record id lives no longer than this loop."""
        query = Soql(fields=("Id", self.policy.created))
        for record_id, created in rows_of(self.gateway, query, self.patience, DOING):
            try:
                key = self.keyring.lead_key(full_id(record_id or ""))
            except ValueError:
                continue
            yield key.hex, day_of(created) if created else None


def _month(day: date) -> date:
    return day.replace(day=1)
