"""Mean log deviation of the benefits of a decision: the generalised entropy index of alpha 0.

It has no value where a lead has no benefit at all, because the logarithm of 0 has none.
"""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray
from audit.grouping import Grouping
from audit.intervals import quantile, wilson
from audit.metrics.confusion import Counts, no_outcome
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS

PEAK = 1 / np.log(2) - 1
"""Share of leads with a benefit of 2 at which the index is largest, the others having 1."""


def mean_log_deviation(found: Counts, grouping: Grouping, confidence: float) -> Measure:
    """The index of every group without a lead that was wrongly passed over.

    There the benefits are 1 and 2, the index is a function of the share of the 2s, and its interval runs
    over the values that it takes on the Wilson interval of that share.
    """
    n = found.total(("tp", "fp", "fn", "tn"))
    low, high = wilson(found.fp.astype(np.float64), n.astype(np.float64), confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = _index(found.fp / n)
        ends = np.stack([_index(low), _index(high)])
    top = np.where((low < PEAK) & (high > PEAK), _index(np.full(len(n), PEAK)), ends.max(axis=0))
    bottom = np.maximum(ends.min(axis=0), 0.0)
    return Measure(
        metric="mean_log_deviation",
        value=np.maximum(value, 0.0),
        low=np.minimum(bottom, np.maximum(value, 0.0)),
        high=np.maximum(top, value),
        n=n,
        variance=((top - bottom) / (2 * quantile(confidence))) ** 2,
        df=np.maximum(n - 1.0, 1.0),
        weakest=n,
        undefined=reasons(
            (found.known == 0, no_outcome(grouping)),
            (n == 0, METRICS["accuracy"].empty),
            (found.fn > 0, METRICS["mean_log_deviation"].empty),
        ),
    )


def _index(share: FloatArray) -> FloatArray:
    return np.asarray(np.log1p(share) - share * np.log(2), dtype=np.float64)
