"""What an outsider may know of the leads that came and went: which moves of leads stay possible."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, identity, kron, vstack

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.release.basis import OPEN_CODE
from audit.release.tables import Space


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Room:
    """Bounds of a move: no finest cell loses more than ``cells`` or gains more than ``most``.

    A row of ``sums`` adds up finest cells that together lose no more than ``of_sums``. Where it is ``bound``,
    what happened bounds a cell, else the leads that are there.
    """

    cells: IntArray
    bound: BoolArray
    most: FloatArray
    sums: csr_array
    of_sums: IntArray

    def with_leads(self, more: IntArray) -> Room:
        """The room where there are so many more leads."""
        return replace(self, cells=self.cells + np.where(self.bound, 0, more))

    def allows(self, move: IntArray) -> bool:
        """Whether a move stays within the bounds."""
        inside = bool((move >= -self.cells).all() and (move <= self.most).all())
        return inside and bool((np.asarray(self.sums @ move) >= -self.of_sums).all())


def free(leads: IntArray) -> Room:
    """Everything is possible but fewer than no leads."""
    return Room(
        cells=leads,
        bound=np.zeros(len(leads), dtype=np.bool_),
        most=np.full(len(leads), np.inf),
        sums=csr_array((0, len(leads)), dtype=np.int64),
        of_sums=np.zeros(0, dtype=np.int64),
    )


def since(space: Space, change: IntArray, leads: IntArray) -> Room:
    """What stays possible of a ``change`` that led to ``leads`` (by finest cells), whatever is known of it.

    The outsider knows of every group of crossed attributes the most that is true of these: nothing but new
    leads came; or results became known too, of leads that stayed as they were; or leads changed, but there
    are no fewer. Where none holds, nothing but the leads that are there bounds the change. Where no count
    grew anywhere, that is known instead.
    """
    if (change <= 0).all():
        return replace(free(leads), most=-change.astype(np.float64))
    grid = change.reshape(len(space.groups), len(space.facts))
    settled = space.facts[:, 2] != OPEN_CODE
    by_kind = _kinds(space)
    sums = np.asarray(by_kind @ grid.T, dtype=np.int64).T
    only_new = _grew(grid)
    learned = ~only_new & _grew(grid[:, settled]) & _grew(sums)
    no_fewer = ~only_new & ~learned & _grew(grid.sum(axis=1, keepdims=True))
    bound = (only_new[:, None] | (learned[:, None] & settled[None, :])).ravel()
    every = csr_array(np.ones((1, grid.shape[1]), dtype=np.int64))
    return Room(
        cells=np.where(bound, change, leads),
        bound=bound,
        most=np.full(len(leads), np.inf),
        sums=csr_array(vstack([kron(_only(learned), by_kind), kron(_only(no_fewer), every)], format="csr")),
        of_sums=np.concatenate([sums[learned].ravel(), grid[no_fewer].sum(axis=1)]),
    )


def _grew(counts: IntArray) -> BoolArray:
    """Rows of which nothing shrank."""
    return np.asarray((counts >= 0).all(axis=1), dtype=np.bool_)


def _kinds(space: Space) -> csr_array:
    """All results of a band and decision together."""
    _, place = np.unique(space.facts[:, :2], axis=0, return_inverse=True)
    facts = place.ravel()
    return csr_array((np.ones(len(facts), dtype=np.int64), (facts, np.arange(len(facts)))))


def _only(chosen: BoolArray) -> csr_array:
    """Rows of the identity: one for each chosen group."""
    return csr_array(identity(len(chosen), dtype=np.int64, format="csr")[np.flatnonzero(chosen)])
