"""Taking writes back: what the tables held before, without a copy of what is made on demand."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.tables import MadeLeads, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """The org's records at one moment; they are never changed in place, so this holds no copies of them."""

    org: Org
    before: dict[str, dict[str, Record]]

    @classmethod
    def of(cls, org: Org) -> Undo:
        """Remember what there is."""
        return cls(org=org, before={name: dict(_kept(org, name)) for name in org.records})

    def back(self) -> None:
        """Put it back."""
        for name, rows in self.before.items():
            kept = _kept(self.org, name)
            kept.clear()
            kept.update(rows)


def _kept(org: Org, name: str) -> dict[str, Record]:
    table = org.records[name]
    kept = table.own if isinstance(table, MadeLeads) else table
    assert isinstance(kept, dict)  # noqa: S101 - the only other kind of table
    return kept
