"""One metric of many groups at once, before it becomes estimates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measure:
    """One metric with one entry per group of a grouping.

    ``variance`` is the squared standard error of ``value``. ``undefined`` has a reason where
    the group has no value, and the arrays hold NaN there. ``df`` are the degrees of freedom of the
    variance, infinite where it follows from the value. ``weakest`` is the smallest count that the
    value leans on: of an AUC, the leads of the rarer outcome. ``hits`` are the numerators of a
    rate over ``n``, whole or expected, and None for every other kind of metric. ``worth`` is the number of
    independent leads that the n leads are worth where those of one account are alike (`audit.clustering`),
    None where all are independent.
    """

    metric: str
    value: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray
    variance: FloatArray
    df: FloatArray
    weakest: IntArray
    undefined: tuple[str | None, ...]
    hits: IntArray | FloatArray | None = None
    worth: FloatArray | None = None

    @property
    def defined(self) -> BoolArray:
        """Groups that have a value."""
        return np.array([reason is None for reason in self.undefined], dtype=np.bool_)

    @property
    def effective(self) -> FloatArray:
        """Independent leads that the n leads are worth."""
        return self.n.astype(np.float64) if self.worth is None else self.worth

    def estimates(self) -> tuple[Estimate, ...]:
        """One estimate per group."""
        rows = zip(
            self.value.tolist(),
            self.low.tolist(),
            self.high.tolist(),
            self.n.tolist(),
            self.undefined,
            strict=True,
        )
        return tuple(
            Estimate(value=value, low=low, high=high, n=n) if reason is None else Estimate.missing(reason, n)
            for value, low, high, n, reason in rows
        )


def reasons(*causes: tuple[BoolArray, str]) -> tuple[str | None, ...]:
    """For each group the first cause that applies, None where none does."""
    found = np.full(len(causes[0][0]), None, dtype=object)
    for applies, reason in reversed(causes):
        found[applies] = reason
    return tuple(found.tolist())
