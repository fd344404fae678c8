"""Which cells would tell too much, and what an outsider must still think possible of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, IntArray
from audit.release.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Goals:
    """Cells to hide, and the values between which everything published must leave them open.

    For cell i some world that agrees with everything published has a value of at most ``low[i]``, and another
    one of at least ``high[i]``.
    """

    cells: BoolArray
    low: IntArray
    high: IntArray


def small_counts(tables: Tables, values: IntArray, k: int) -> Goals:
    """Cells of 1 to ``k - 1`` leads, and what is left where nearly all leads of a group are alike.

    A group that is divided by a fact and falls into one part alone gives away the fact of everybody in it, so
    the empty parts are hidden too (the small ones are small cells themselves). Outsiders must think
    possible that nobody is in such a cell, and that ``k`` or more are. An empty group is no secret, and
    neither is which groups go together: the facts about leads are protected, by the groups people belong to.
    """
    cells = ((values > 0) & (values < k)) | alike(tables, values)
    zero = np.zeros(len(values), dtype=np.int64)
    return Goals(cells=cells, low=zero, high=np.full(len(values), k, dtype=np.int64))


def alike(tables: Tables, values: IntArray) -> BoolArray:
    """The empty parts of groups whose leads all fall into one other part."""
    cells = np.zeros(len(values), dtype=np.bool_)
    if (values < 0).any():
        return cells
    for parts in tables.divisions:
        empty = [part for part in parts if not values[part]]
        if len(empty) == len(parts) - 1:
            cells[empty] = True
    return cells


def small_changes(change: IntArray, k: int) -> Goals:
    """Cells that have changed by fewer than ``k`` leads.

    Outsiders must think possible that the cell has not changed, and changes that are ``k`` apart. A cell that
    shrank may hold too few leads to have shrunk by more, so it may also have grown; unless nothing grew.
    """
    cells = (change != 0) & (np.abs(change) < k)
    less, most = (0, -k) if (change <= 0).all() else (change + k, change)
    return Goals(
        cells=cells,
        low=np.where(change < 0, most, 0).astype(np.int64),
        high=np.where(change < 0, less, k).astype(np.int64),
    )
