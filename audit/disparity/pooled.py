"""One metric pooled over strata, per group, and the comparison that it becomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.disparity.contrast import Contrast, Kind
from audit.intervals import Interval
from audit.metrics.measure import reasons
from audit.registry import METRICS
from audit.schema import Tolerance

FLAT = "where both groups have leads there are too few of them for an interval"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """Value, interval and test per group; ``variance`` is on the scale of the comparison.

    ``unit`` is the width that the tolerance of a difference is a share of. ``weak`` marks groups with too
    little on one side for a verdict; None where there is no such group.
    """

    metric: str
    kind: Kind
    value: FloatArray
    ends: Interval
    p: FloatArray
    variance: FloatArray
    n: FloatArray
    other_n: FloatArray
    weak: BoolArray | None = None
    unit: float = 1.0


def contrast(of: Pooled, audit: Tolerance, no_ratio: str) -> Contrast:
    """The comparison with its tolerance, and why there is none where there is none.

    ``no_ratio`` says why a ratio of 0, or without a reference, has no interval on the logarithmic scale.
    """
    low, high = of.ends
    nothing = ~(of.value > 0) if of.kind == "ratio" else of.n < 0
    flat = ~(np.isfinite(low) & np.isfinite(high))
    undefined = reasons((of.n == 0, METRICS[of.metric].empty), (nothing, no_ratio), (flat, FLAT))
    known = np.array([reason is None for reason in undefined], dtype=np.bool_)
    enough = known & (np.minimum(of.n, of.other_n) >= audit.minimum_group)
    return Contrast(
        metric=of.metric,
        kind=of.kind,
        value=of.value,
        low=low,
        high=high,
        p=of.p,
        n=of.n.astype(np.int64),
        smallest=np.full(len(of.n), float(audit.minimum_group)),
        undefined=undefined,
        enough=enough if of.weak is None else enough & ~of.weak,
        reference_enough=bool(of.other_n.max(initial=0) >= audit.minimum_group),
        tolerance=_tolerance(of, audit),
        spread=of.variance * of.n,
        noise=0.0,
    )


def _tolerance(of: Pooled, audit: Tolerance) -> tuple[float, float]:
    if of.kind == "ratio":
        return audit.tolerance_ratio, 1 / audit.tolerance_ratio
    limit = audit.tolerance_difference * of.unit
    return -limit, limit
