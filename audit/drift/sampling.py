"""Which leads the classifier sees: drawn by what they are and not by where they stand in the file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from audit.arrays import IntArray

Mixed = npt.NDArray[np.uint64]
ODD = np.uint64(0x9E3779B97F4A7C15)


def drawn(
    columns: Sequence[npt.NDArray[np.generic]], account: IntArray | None, most: int, seed: int
) -> IntArray:
    """Places of ``most`` rows at random, in random order; of an account one row only.

    The same rows are drawn, in the same order, however the table is sorted: each gets a random number from
    its own values, from ``seed``, and from how many rows alike came before it.
    """
    rows = len(columns[0])
    repeated = _repeated(account)
    mixed = np.full(rows, np.uint64(seed) + ODD, dtype=np.uint64)
    for column in (*columns, *(() if repeated is None else (repeated,))):
        mixed = _mix(mixed ^ column.astype(np.uint64))
    luck = _mix(mixed + _alike(mixed) * ODD)
    order = np.argsort(luck, kind="stable")
    if account is not None:
        _, first = np.unique(account[order], return_index=True)
        order = order[np.sort(first)]
    return np.asarray(order[:most], dtype=np.int64)


def _repeated(account: IntArray | None) -> IntArray | None:
    """The account of rows that share one; the code of a lone lead depends on the order of the rows."""
    if account is None:
        return None
    many = np.bincount(account)[account] > 1
    return np.where(many, account, 0)


def _alike(mixed: Mixed) -> Mixed:
    """How many equal rows came before each."""
    order = np.argsort(mixed, kind="stable")
    ranked = mixed[order]
    starts = (
        np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1])) if len(ranked) else np.zeros(0, np.int64)
    )
    lengths = np.diff(np.append(starts, len(ranked)))
    before = np.empty(len(mixed), dtype=np.uint64)
    before[order] = (np.arange(len(mixed)) - np.repeat(starts, lengths)).astype(np.uint64)
    return before


def _mix(value: Mixed) -> Mixed:
    """Steele's SplitMix64, which spreads neighbouring numbers over all."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
