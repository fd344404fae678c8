"""Every metric of every group: counts in, estimates out."""

from __future__ import annotations

from audit.metrics.group_estimate import GroupEstimate
from audit.metrics.per_group import estimates, measured
from audit.registry import METRICS, Metric, metric

__all__ = ["METRICS", "GroupEstimate", "Metric", "estimates", "measured", "metric"]
