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
NEIGHBOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelTable:
    """Counts by group (rows) and score level (columns), the worst score first.

    ``leads`` are all leads with a score; ``positives`` and ``negatives`` those of them whose outcome
    may be used.
    """

    leads: FloatArray
    positives: FloatArray
    negatives: FloatArray

    def smoothed(self) -> LevelTable:
        """The same leads by level, each group and outcome spread evenly over neighbouring places.

        Neighbourhoods are the first 24 places of the queue, the next 48, the next 96 and so on. Who is the
        very first is chance; how likely a group is to be there is told by all that stand near.
        """
        leads = self.leads.sum(axis=0)
        middle = leads.sum() - np.cumsum(leads) + leads / 2
        near = np.log2(1 + middle / NEIGHBOURS).astype(np.int64)
        member = np.equal(near[:, None], np.unique(near)).astype(np.float64)
        total = np.maximum(leads @ member, 1.0)
        spread = [
            (part @ member / total) @ member.T * leads
            for part in (self.leads, self.positives, self.negatives)
        ]
        return LevelTable(leads=spread[0], positives=spread[1], negatives=spread[2])


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
