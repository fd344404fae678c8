"""Reliability by tenth of the queue: how often leads of each group convert that stand equally far up.

Bands of equal width leave most leads of a skewed score in one band; tenths hold as many leads each.
"""

from __future__ import annotations

import numpy as np

from audit.grouping import Grouping
from audit.metrics.confusion import no_outcome, proportion
from audit.metrics.level_table import LevelTable
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS

TENTHS = 10


def tenth_rates(part: Grouping, table: LevelTable, confidence: float) -> tuple[Measure, ...]:
    """Outcome rate of every group in each tenth of all leads by score; 1 has the best scores.

    Leads with the same score are in one tenth: the one that their middle lies in.
    """
    leads = table.leads.sum(axis=0)
    middle = leads.sum() - np.cumsum(leads) + leads / 2
    tenth = np.minimum((middle * TENTHS / max(leads.sum(), 1.0)).astype(np.int64), TENTHS - 1)
    member = np.equal(tenth[:, None], np.arange(TENTHS)).astype(np.float64)
    positives = np.rint(table.positives @ member).astype(np.int64)
    n = positives + np.rint(table.negatives @ member).astype(np.int64)
    unknown = (n.sum(axis=1) == 0, no_outcome(part))
    empty = METRICS["tenth_outcome_rate"].empty
    return tuple(
        proportion(
            f"tenth_outcome_rate@{place + 1}",
            positives[:, place],
            n[:, place],
            reasons(unknown, (n[:, place] == 0, empty)),
            confidence,
        )
        for place in range(TENTHS)
    )
