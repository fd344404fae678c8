"""What every threshold of the score would do to each group: counts, rates, gaps and their intervals."""

from audit.thresholds.counting import threshold_counts
from audit.thresholds.json_form import counts_text, group_record, read_counts
from audit.thresholds.model import MEASURED, GroupCounts, Stretch, ThresholdCounts
from audit.thresholds.series import OUTSIDE, Reads, Series, reads, series

__all__ = [
    "MEASURED",
    "OUTSIDE",
    "GroupCounts",
    "Reads",
    "Series",
    "Stretch",
    "ThresholdCounts",
    "counts_text",
    "group_record",
    "read_counts",
    "reads",
    "series",
    "threshold_counts",
]
