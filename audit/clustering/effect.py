"""How much wider clustering makes an interval: the design effect of each metric and group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.intervals import Interval, wider

Names = tuple[str, ...]
Key = tuple[Names, str, str]
ESTIMATE = "estimate"
"""The place of a group's own value in a `Key`, where a comparison has its kind."""
FEWEST_EFFECTIVE = 8.0
"""Effective number of random groups below which there is no verdict: one account outweighs the others."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effect:
    """Design effect and degrees of freedom of one metric, one entry per group of a grouping.

    ``deff`` is the variance with whole accounts as the units over the variance with leads as the units,
    never below 1. ``df`` is one less than the effective number of random groups of accounts.
    """

    deff: FloatArray
    df: FloatArray

    def stretch(self, confidence: float) -> FloatArray:
        """Times by which the half-width of a normal interval grows (Student's quantile included)."""
        return np.asarray(np.sqrt(self.deff) * wider(self.df, confidence), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DesignEffects:
    """The design effects of one audit.

    ``accounts`` counts the accounts with a lead in each group of a grouping, by its attributes.
    """

    effects: Mapping[Key, Effect]
    accounts: Mapping[Names, IntArray]
    fewest: int

    def of(self, attributes: Names, metric: str, kind: str = ESTIMATE) -> Effect | None:
        """The design effect of a metric's estimates, or of its comparisons of one kind."""
        return self.effects.get((attributes, metric, kind))

    def enough(self, attributes: Names, reference: int) -> BoolArray:
        """Groups that have the fewest accounts for a verdict, the reference too."""
        reached = self.accounts[attributes] >= self.fewest
        return np.asarray(reached & reached[reference], dtype=np.bool_)


def moved(ends: tuple[FloatArray, FloatArray, FloatArray], times: FloatArray) -> Interval:
    """Low and high end of an interval (low, value, high), moved away from the value by these times."""
    low, value, high = ends
    return value - times * (value - low), value + times * (high - value)


def apart(group: Names) -> str:
    """The place of an estimate that stands alone (of one group, or of all together) in a `Key`."""
    return "\x1f".join(("of", *group))
