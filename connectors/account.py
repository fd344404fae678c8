"""The account of a pull: where every record that was read ended up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from connectors.errors import Refused
from connectors.source import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """The account of one finished pull: ``read = kept + rejected + excluded``, always."""

    read: int
    kept: int
    rejected: Mapping[str, int]
    excluded: Mapping[str, int]
    unmapped: Mapping[str, int]


@dataclass(slots=True)
class Account:
    """The running account of one pull."""

    _read: int = 0
    _kept: int = 0
    _rejected: Counter[str] = field(default_factory=Counter)
    _excluded: Counter[str] = field(default_factory=Counter)
    _unmapped: Counter[str] = field(default_factory=Counter)
    _withdrawn: list[str] = field(default_factory=list, repr=False)

    def add(self, batch: Batch) -> None:
        """Count one batch. Raises ValueError where its counts do not add up."""
        if batch.read != batch.table.num_rows + sum(batch.rejected.values()) + sum(batch.excluded.values()):
            msg = "a batch does not add up: read must equal kept + rejected + excluded"
            raise ValueError(msg)
        self._read += batch.read
        self._kept += batch.table.num_rows
        self._rejected.update(batch.rejected)
        self._excluded.update(batch.excluded)
        self._unmapped.update(batch.unmapped)
        self._withdrawn.extend(lead.hex for lead in batch.withdrawn)

    def once(self, table: pa.Table) -> pa.Table:
        """The last row of every lead, and none of a lead that is excluded elsewhere in the pull."""
        rows = pa.table({"key": table["lead_key"], "row": pa.array(range(table.num_rows), pa.int64())})
        last = rows.group_by("key").aggregate([("row", "max")])["row_max"]
        unique = table if len(last) == table.num_rows else table.take(last.take(pc.sort_indices(last)))
        self._rejected["duplicate"] += table.num_rows - unique.num_rows
        self._kept = unique.num_rows
        return self.without(unique, self.withdrawn(), "opted_out_meanwhile")

    def without(self, table: pa.Table, keys: pa.Array, reason: str) -> pa.Table:
        """The table without some leads, which count as excluded for ``reason``."""
        left = table.filter(pc.invert(pc.is_in(table["lead_key"], value_set=keys)))
        self._excluded[reason] += table.num_rows - left.num_rows
        self._kept = left.num_rows
        return left

    def refuse_useless(self) -> None:
        """Stop where not one of the records that were read is of use: that is a fault, and no news.

        Raises
        ------
        Refused
            ``ALL_REJECTED``.
        """
        if self._read and sum(self._rejected.values()) == self._read:
            reasons = ", ".join(f"{name}: {count}" for name, count in sorted((+self._rejected).items()))
            msg = (
                f"none of the {self._read} leads that were read can be used ({reasons}), so what was held "
                "before is kept: check the policy against the CRM, then pull again"
            )
            raise Refused(msg, code="ALL_REJECTED")

    def withdrawn(self) -> pa.Array:
        """The keys of the excluded leads."""
        return pa.array(self._withdrawn, pa.string())

    def pulled(self) -> Pulled:
        """The account at the end."""
        return Pulled(
            read=self._read,
            kept=self._kept,
            rejected=dict(+self._rejected),
            excluded=dict(+self._excluded),
            unmapped=dict(+self._unmapped),
        )
