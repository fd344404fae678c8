"""The work queue: who is called, when only so many can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.folding import Lots


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Queue:
    """One queue, or one for each day: ``of`` is the queue of every lead, ``places`` the calls of every queue.

    ``lot`` settles ties, the same way for every remedy, so that only what a remedy changes moves anybody.
    """

    of: Codes
    places: Codes
    lot: Lots

    @property
    def calls(self) -> int:
        """Calls in all, as far as there are leads for them."""
        return int(np.minimum(self.places, np.bincount(self.of, minlength=self.places.size)).sum())

    def top(self, score: Reals) -> Reals:
        """1.0 for the best of each queue, as many as it has places, 0.0 for the others; NaN comes last."""
        return (self.rank(score) < self.places[self.of]).astype(np.float64)

    def rank(self, score: Reals) -> Codes:
        """The place of every lead in its queue, the best first, from 0."""
        known = np.where(np.isfinite(score), score, -np.inf)
        order = np.lexsort((self.lot, -known, self.of))
        starts = np.searchsorted(self.of[order], np.arange(self.places.size))
        rank = np.empty(self.of.size, dtype=np.int64)
        rank[order] = np.arange(self.of.size) - starts[self.of[order]]
        return rank
