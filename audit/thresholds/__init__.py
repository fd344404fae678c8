"""What every threshold of the score would do to each group: counts, rates, gaps and their intervals."""

from audit.thresholds.counting import threshold_counts
from audit.thresholds.model import MEASURED, GroupCounts, Stretch, ThresholdCounts
from audit.thresholds.series import Series, series

__all__ = [
    "MEASURED",
    "GroupCounts",
    "Series",
    "Stretch",
    "ThresholdCounts",
    "series",
    "threshold_counts",
]
