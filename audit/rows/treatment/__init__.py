"""What people do with leads: how soon, how often, and whether the same at equal score."""

from audit.rows.treatment.compare import EqualMedian, Treatment, treatment

__all__ = ["EqualMedian", "Treatment", "treatment"]
