"""Performance before outcomes are known: per-group estimates from calibrated scores, and how they did before.

Day cubes go in; no rows, no clock. The leads that have ripened teach how often leads of each kind convert in
each group (`audit.expected.curve`); the leads that are open are counted by kind; what is drawn from both is
what will likely be seen. The same is done for every cohort that has ripened since, from what was known
before its first lead, and laid beside the truth.
"""

from __future__ import annotations

from audit.expected.became import Became, became
from audit.expected.cohorts import ripe_among, span_of
from audit.expected.estimating import expected, expected_of
from audit.expected.leads import cut, dated, stacked
from audit.expected.model import (
    METRICS,
    Expected,
    ExpectedGap,
    Forecast,
    Period,
    Reconciled,
    Record,
    Taught,
    Warned,
)  # fmt: skip
from audit.expected.table import day_cubes

__all__ = [
    "METRICS",
    "Became",
    "Expected",
    "ExpectedGap",
    "Forecast",
    "Period",
    "Reconciled",
    "Record",
    "Taught",
    "Warned",
    "became",
    "cut",
    "dated",
    "day_cubes",
    "expected",
    "expected_of",
    "ripe_among",
    "span_of",
    "stacked",
]
