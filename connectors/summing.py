"""Several batches as one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.policy.apply import table_schema
from connectors.policy.model import Policy
from connectors.pseudonym import LeadKey
from connectors.repeats import each_once, words
from connectors.source import ASIDE, Batch


@dataclass(slots=True)
class Summed:
    """Batches of one policy, in the order they came."""

    read: int = 0
    _tables: list[pa.Table] = field(default_factory=list)
    _asides: list[pa.Table] = field(default_factory=list)
    _rejected: Counter[str] = field(default_factory=Counter)
    _excluded: Counter[str] = field(default_factory=Counter)
    _unmapped: Counter[str] = field(default_factory=Counter)
    _withdrawn: list[LeadKey] = field(default_factory=list, repr=False)

    def add(self, batch: Batch) -> None:
        """Take one more."""
        self.read += batch.read
        self._tables.append(batch.table)
        self._asides.append(batch.aside)
        self._rejected.update(batch.rejected)
        self._excluded.update(batch.excluded)
        self._unmapped.update(batch.unmapped)
        self._withdrawn += batch.withdrawn

    def batch(self, policy: Policy) -> Batch:
        """All of them as one."""
        return Batch(
            table=pa.concat_tables([table_schema(policy).empty_table(), *self._tables]).combine_chunks(),
            read=self.read,
            rejected=dict(self._rejected),
            excluded=dict(self._excluded),
            unmapped=dict(self._unmapped),
            withdrawn=tuple(self._withdrawn),
            aside=pa.concat_tables([ASIDE.empty_table(), *self._asides]).combine_chunks(),
        )


@dataclass(slots=True)
class Different:
    """How many different leads came in several batches."""

    # Half of a key tells leads apart, at eight bytes each.
    _seen: list[NDArray[np.uint64]] = field(default_factory=list)
    _keyless: int = 0

    def add(self, batch: Batch) -> None:
        """Take one more."""
        named = [words(table["lead_key"])[:, 0] for table in (batch.table, batch.aside)]
        self._seen += named
        self._keyless += batch.read - sum(map(len, named))

    @property
    def count(self) -> int:
        """Those with a key once each, and every one without."""
        seen = np.concatenate(self._seen) if self._seen else np.zeros(0)
        return int(each_once(seen).size) + self._keyless
