"""The account of a pull: where every record that was read ended up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from connectors.errors import Refused
from connectors.repeats import Standing
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

    def add(self, batch: Batch) -> None:
        """Count one batch. Raises ValueError where its counts do not add up."""
        if batch.read != batch.table.num_rows + sum(batch.rejected.values()) + sum(batch.excluded.values()):
            msg = "a batch does not add up: read must equal kept + rejected + excluded"
            raise ValueError(msg)
        self.count(
            Pulled(
                read=batch.read,
                kept=batch.table.num_rows,
                rejected=batch.rejected,
                excluded=batch.excluded,
                unmapped=batch.unmapped,
            )
        )

    def count(self, pulled: Pulled) -> None:
        """Count what was counted before."""
        self._read += pulled.read
        self._kept += pulled.kept
        self._rejected.update(pulled.rejected)
        self._excluded.update(pulled.excluded)
        self._unmapped.update(pulled.unmapped)

    def settle(self, standing: Standing) -> None:
        """Count the rows that do not stand."""
        self._rejected["duplicate"] += standing.duplicate
        self._excluded["opted_out_meanwhile"] += standing.withdrawn
        self._excluded["erased"] += standing.erased
        self._kept -= standing.duplicate + standing.withdrawn + standing.erased

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

    def pulled(self) -> Pulled:
        """The account at the end."""
        return Pulled(
            read=self._read,
            kept=self._kept,
            rejected=dict(+self._rejected),
            excluded=dict(+self._excluded),
            unmapped=dict(+self._unmapped),
        )


def others(pulled: Pulled, aside: pa.Table) -> dict[str, dict[str, int]]:
    """The records of an account that no key tells apart: the account less the leads of ``aside``."""
    named = _by_reason(aside)
    return {
        "rejected": dict(+(Counter(pulled.rejected) - named["rejected"])),
        "excluded": dict(+(Counter(pulled.excluded) - named["excluded"])),
        "unmapped": dict(pulled.unmapped),
    }


def whole(kept: int, aside: pa.Table, other: Mapping[str, Mapping[str, int]]) -> Pulled:
    """The account of everything that is held after several pulls."""
    named = _by_reason(aside)
    rejected = named["rejected"] + Counter(other.get("rejected", {}))
    excluded = named["excluded"] + Counter(other.get("excluded", {}))
    return Pulled(
        read=kept + sum(rejected.values()) + sum(excluded.values()),
        kept=kept,
        rejected=dict(rejected),
        excluded=dict(excluded),
        unmapped=dict(other.get("unmapped", {})),
    )


def _by_reason(aside: pa.Table) -> dict[str, Counter[str]]:
    counts = {"rejected": Counter[str](), "excluded": Counter[str]()}
    for row in aside.group_by(["kind", "reason"]).aggregate([("lead_key", "count")]).to_pylist():
        counts[row["kind"]][row["reason"]] += row["lead_key_count"]
    return counts
