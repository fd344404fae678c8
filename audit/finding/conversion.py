"""Whether the group that a score puts behind converts as well, so that outcomes do not explain it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from audit.arrays import FloatArray
from audit.estimate import Estimate
from audit.finding.facts import Facts, Gap
from audit.intervals import mover

Standing = Literal["better", "as well", "less", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """How the group that is worse off converts, next to the one that is better off."""

    standing: Standing
    worse_off: Estimate
    better_off: Estimate


def conversion(gap: Gap, facts: Facts) -> Conversion | None:
    """Compare conversion rates by Newcombe's interval; None where an outcome is missing.

    "better": surely higher. "as well": surely not lower by more than the tolerance (the smaller
    of ``tolerance_difference`` and the part of the rate that ``tolerance_ratio`` allows), a
    non-inferiority test. "less": surely lower. "unclear": none of these can be said.

    References
    ----------
    R. Newcombe (1998). Statistics in Medicine 17:873, method 10.
    """
    attribute = gap.disparity.attribute
    low = facts.estimate(attribute, gap.worse_off, "base_rate")
    high = facts.estimate(attribute, gap.better_off, "base_rate")
    if low is None or high is None:
        return None
    bounds = _newcombe(low, high)
    return Conversion(standing=_standing(bounds, high, facts), worse_off=low, better_off=high)


def _standing(bounds: tuple[float, float], better_off: Estimate, facts: Facts) -> Standing:
    audit = facts.stream.audit
    allowed = min(audit.tolerance_difference, (1 - audit.tolerance_ratio) * (better_off.value or 0.0))
    if bounds[0] > 0:
        return "better"
    if bounds[0] > -allowed:
        return "as well"
    return "less" if bounds[1] < 0 else "unclear"


def _newcombe(one: Estimate, other: Estimate) -> tuple[float, float]:
    p, *ends = _numbers(one)
    q, *other_ends = _numbers(other)
    low, high = mover(p, (ends[0], ends[1]), q, (other_ends[0], other_ends[1]))
    return float(low), float(high)


def _numbers(estimate: Estimate) -> tuple[FloatArray, FloatArray, FloatArray]:
    value = estimate.value or 0.0
    low = value if estimate.low is None else estimate.low
    high = value if estimate.high is None else estimate.high
    return np.asarray(value), np.asarray(low), np.asarray(high)
