"""Means over leads with their intervals, whole accounts as the units where the stream names them."""

from __future__ import annotations

import numpy as np

from audit.arrays import BoolArray
from audit.estimate import Estimate
from audit.intervals import quantile
from audit.rows.clusters import variance_of_mean
from audit.rows.levels import Codes, Reals


def mean(values: Reals, account: Codes | None, confidence: float) -> Estimate:
    """The mean of some values, the normal interval of a mean; a reason with fewer than two."""
    if values.size < 2:
        return Estimate.missing("fewer than two leads", values.size)
    half = quantile(confidence) * float(np.sqrt(variance_of_mean(values, account)))
    value = float(values.mean())
    return Estimate(value=value, low=value - half, high=value + half, n=values.size)


def difference(values: Reals, group: BoolArray, account: Codes | None, confidence: float) -> Estimate:
    """The mean of the leads in the group minus that of the others."""
    sides = [(values[side], None if account is None else account[side]) for side in (group, ~group)]
    if min(side.size for side, _ in sides) < 2:
        return Estimate.missing("fewer than two leads on one side", int(group.sum()))
    error = np.sqrt(sum(float(variance_of_mean(side, code)) for side, code in sides))
    value = float(sides[0][0].mean() - sides[1][0].mean())
    half = quantile(confidence) * float(error)
    return Estimate(value=value, low=value - half, high=value + half, n=values.size)
