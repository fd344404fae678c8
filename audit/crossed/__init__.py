"""Every group and every crossing of a cube at once, as arrays: rates, thresholds, and all of that resampled.

What a lead costs is paid when it is counted; here a thousand replicates, or a hundred thresholds, of all
groups cost what the cells cost. Values are those of `audit.metrics`, which tells one grouping after the
other, with intervals in closed form.
"""

from audit.crossed.layout import Layout, layout
from audit.crossed.rates import METRICS, OUTCOMES, Rates, rates
from audit.crossed.resampled import resampled_gaps, resampled_rates
from audit.crossed.thresholds import threshold_rates

__all__ = [
    "METRICS",
    "OUTCOMES",
    "Layout",
    "Rates",
    "layout",
    "rates",
    "resampled_gaps",
    "resampled_rates",
    "threshold_rates",
]
