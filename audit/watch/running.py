"""Stakes that go on from day to day: as `audit.watch.starting`, without the days before at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray
from audit.watch.starting import in_hand

HALF = float(np.log(0.5))
"""The logarithm of what is bet from the first day on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stakes:
    """Many stakes side by side after some days.

    ``reached`` is the logarithm of a stake of 1 bet from the first day of all on, ``offset`` what it was when
    this spread began, ``bought`` what `spread` has accumulated since, and ``days`` how many days that were.
    """

    reached: FloatArray
    offset: FloatArray
    bought: FloatArray
    days: int

    def after(self, won: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """After each further day: the whole stake as `spread` gives it, what was reached, and bought."""
        reached = np.cumsum(np.concatenate([self.reached[None], won]), axis=0)
        relative = reached - self.offset
        shape = (-1, *(1,) * self.reached.ndim)
        hand = in_hand(self.days + len(won))[self.days :].reshape(shape)
        begun = -np.diff(hand, axis=0)
        laid = np.concatenate([self.bought[None], np.log(begun) - relative[1:]])
        bought = np.logaddexp.accumulate(laid, axis=0)
        whole: FloatArray = np.logaddexp(relative + bought, np.log(hand))[1:]
        return whole, reached[1:], bought[1:]


def fresh(reached: FloatArray) -> Stakes:
    """Stakes that begin where others have come to; that counts as 1."""
    return Stakes(reached=reached, offset=reached, bought=np.full(reached.shape, HALF), days=0)
