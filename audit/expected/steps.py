"""Which leads are alike: those of one step of the score with one decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.expected.leads import Leads

STATES = 3
_PER_STEP = 5
"""Leads with the rarer outcome that a step has on average, so that its rate says something."""
_FEWEST, _MOST = 6, 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """Steps of the score: ``starts`` are the codes at which they begin; no score is one step more."""

    starts: IntArray
    blank: int

    @property
    def size(self) -> int:
        """Kinds of leads: each step, and no score, with each decision."""
        return (len(self.starts) + 1) * STATES

    def kind(self, score: IntArray, state: IntArray) -> IntArray:
        """The kind of leads with these codes of the score and these decisions."""
        step = np.maximum(np.searchsorted(self.starts, score, side="right") - 1, 0)
        return np.where(score == self.blank, len(self.starts), step) * STATES + state


def steps_of(leads: Leads) -> Steps:
    """Steps with about equally many leads of known outcome each; single scores where these are few."""
    scored = leads.score != leads.blank
    score, known = leads.score[scored], leads.known[scored]
    rarer = min(float(leads.won[scored].sum()), float(leads.lost[scored].sum()))
    most = int(np.clip(rarer // _PER_STEP, _FEWEST, _MOST))
    codes, place = np.unique(score[known > 0], return_inverse=True)
    if len(codes) <= most:
        return Steps(starts=codes.astype(np.int64), blank=leads.blank)
    n = np.bincount(place, known[known > 0])
    step = ((np.cumsum(n) - n / 2) / n.sum() * most).astype(np.int64)
    first = np.flatnonzero(np.diff(step, prepend=-1))
    return Steps(starts=codes[first].astype(np.int64), blank=leads.blank)


def counted(index: IntArray, values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Sums of values by a flat index, in this shape."""
    size = int(np.prod(shape))
    return np.bincount(index, values, minlength=size).astype(np.float64).reshape(shape)
