"""Which leads belong together: the accounts of a table, and their split into random groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import IntArray
from audit.cube import keys
from audit.grouping import Grouping
from audit.tally.columns import ATTRIBUTE

ACCOUNT = "account"
BUCKETS = 40
"""Random groups of accounts, each left out once: enough that Student's quantile is near the normal one."""
FEWEST = 20
"""Accounts below which a group gets no verdict: the variance between so few is not known well enough."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accounts:
    """The account of every row as a code, and the random group (bucket) that the account is in."""

    code: IntArray
    bucket: IntArray
    named: int
    """Accounts with a name; a lead without an account is one of its own."""
    unnamed: int
    """Leads without an account."""

    @property
    def total(self) -> int:
        """Accounts, those of a single unnamed lead included."""
        return int(self.code.max(initial=-1)) + 1

    @property
    def buckets(self) -> int:
        """Random groups that hold an account."""
        return min(BUCKETS, self.total)


def accounts_of(table: pa.Table, seed: int) -> Accounts | None:
    """The accounts of an admitted table, None where the stream names no account column.

    Accounts are dealt to the buckets in random order, so that buckets hold equally many. The order
    is fixed by ``seed``.
    """
    if ACCOUNT not in table.column_names:
        return None
    encoded = pc.dictionary_encode(table[ACCOUNT].combine_chunks())
    code = pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    names = encoded.dictionary.to_numpy(zero_copy_only=False)
    # By name, so that the order of the rows decides nothing about named accounts.
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(names, kind="stable")] = np.arange(len(names))
    missing = code < 0
    code = np.where(missing, 0, rank[code] if len(names) else 0)
    code[missing] = len(names) + np.arange(np.count_nonzero(missing))
    total = len(names) + int(np.count_nonzero(missing))
    place = np.random.default_rng(seed).permutation(total)
    bucket = place[code] % max(min(BUCKETS, total), 1)
    return Accounts(
        code=code.astype(np.int64),
        bucket=bucket.astype(np.int64),
        named=len(names),
        unnamed=int(np.count_nonzero(missing)),
    )


def accounts_by_group(table: pa.Table, accounts: Accounts, part: Grouping) -> IntArray:
    """Accounts with a lead in each group of a grouping."""
    if not part.attributes:
        return np.array([accounts.total], dtype=np.int64)
    place = {group: i for i, group in enumerate(part.groups)}
    columns = [_levels(table[ATTRIBUTE + name]) for name in part.attributes]
    codes = np.stack([codes for codes, _ in columns], axis=1)
    sizes = tuple(max(len(levels), 1) for _, levels in columns)
    key = keys(np.column_stack([codes, accounts.code]), (*sizes, accounts.total))
    _, first = np.unique(key, return_index=True)
    found = np.zeros(len(part.groups), dtype=np.int64)
    distinct, counts = np.unique(codes[first], axis=0, return_counts=True)
    for row, n in zip(distinct.tolist(), counts.tolist(), strict=True):
        group = tuple(levels[code] for code, (_, levels) in zip(row, columns, strict=True))
        if group in place:
            found[place[group]] = n
    return found


def _levels(column: pa.ChunkedArray) -> tuple[IntArray, list[str]]:
    """Codes of a dictionary column (or of plain texts) and the text of each code."""
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    encoded = pc.dictionary_encode(plain.combine_chunks())
    codes = pc.fill_null(encoded.indices.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    return codes.astype(np.int64), [str(level) for level in encoded.dictionary.to_pylist()]
