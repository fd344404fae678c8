"""Normalised discounted cumulative gain of each group's own queue, its outcomes being the gain.

References
----------
K. Jarvelin, J. Kekalainen (2002). ACM Transactions on Information Systems 20:422. Ties share their
places, as in scikit-learn's ``ndcg_score``.
"""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray
from audit.grouping import Grouping
from audit.intervals import logit_interval, wilson
from audit.metrics.confusion import no_outcome
from audit.metrics.discount import moved, places
from audit.metrics.level_table import LevelTable
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS

ROUNDING = 1e-12


def ndcg(part: Grouping, table: LevelTable, confidence: float) -> Measure:
    """Gain of the leads with a usable outcome in the order of the score, over that of the best order."""
    positives = table.positives.sum(axis=1)
    n = positives + table.negatives.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        value, variance = _gain(table, positives.astype(np.int64))
        value = np.where(value > 1 - ROUNDING, 1.0, value)
        poor = (positives < 2) | ~(variance > ROUNDING**2) | (value == 1)
        cautious = wilson(value * positives, positives, confidence)
        low, high = logit_interval(value, variance, confidence)
        padded = (value * positives + 1) / (positives + 2)
        variance = np.where(poor, padded * (1 - padded) / positives, variance)
    return Measure(
        metric="ndcg",
        value=value,
        low=np.where(poor, cautious[0], low),
        high=np.where(poor, cautious[1], high),
        n=n.astype(np.int64),
        variance=variance,
        df=np.maximum(positives - 1, 1),
        weakest=positives.astype(np.int64),
        undefined=reasons((n == 0, no_outcome(part)), (positives == 0, METRICS["true_positive_rate"].empty)),
    )


def _gain(table: LevelTable, positives: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """The value, and its squared standard error from the influence of one more lead at each level."""
    leads = table.positives + table.negatives
    at = places(leads)
    gain = (table.positives * at.mean).sum(axis=1)
    ideal = at.ideal(positives)
    falls = moved(table.positives, at) / gain[:, None]
    rises = falls + at.mean / gain[:, None] - (at.next(positives) / ideal)[:, None]
    spread = _sums(table.positives, rises, 2) + _sums(table.negatives, falls, 2)
    centre = _sums(table.positives, rises, 1) + _sums(table.negatives, falls, 1)
    relative = np.maximum(spread - centre**2 / np.maximum(leads.sum(axis=1), 1), 0)
    return gain / ideal, relative * (gain / ideal) ** 2


def _sums(leads: FloatArray, influence: FloatArray, power: int) -> FloatArray:
    return np.asarray(np.where(leads > 0, leads * influence**power, 0.0).sum(axis=1), dtype=np.float64)
