"""Leads by group and score, from the worst score to the best: what queues and ROC curves are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, sum_by
from audit.grouping import Grouping
from audit.metrics.confusion import usable
from audit.metrics.score_metrics import scored
from audit.tally.columns import NO, SCORE, YES

_ENTRIES = 1 << 21


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelTable:
    """Counts by group (rows) and score level (columns), the worst score first.

    ``leads`` are all leads with a score; ``positives`` and ``negatives`` those of them whose outcome
    may be used.
    """

    leads: FloatArray
    positives: FloatArray
    negatives: FloatArray


def level_table(part: Grouping, *, higher_is_better: bool) -> LevelTable:
    """Lay out a grouping. Every score that occurs is a level of its own, ties are one level.

    Beyond two million combinations of group and level, neighbouring levels are taken together.
    """
    used = scored(part)
    present, code = np.unique(part.cube.column(SCORE)[used], return_inverse=True)
    groups = len(part.groups)
    levels = max(min(len(present), max(_ENTRIES // max(groups, 1), 2)), 1)
    if len(present) > levels:
        code = code * levels // len(present)
    place = part.index[used] * levels + (code if higher_is_better else levels - 1 - code)
    n = part.cube.n.astype(np.float64)

    def laid_out(cells: BoolArray) -> FloatArray:
        return sum_by(place, (n * cells)[used], groups * levels).reshape(groups, levels)

    return LevelTable(
        leads=laid_out(used), positives=laid_out(usable(part, YES)), negatives=laid_out(usable(part, NO))
    )
