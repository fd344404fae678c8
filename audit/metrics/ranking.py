"""What is read off the leads by group and score: the queue, exposure, gain and AUCs across groups."""

from __future__ import annotations

from audit.grouping import Grouping
from audit.metrics.cross_auc import cross_measures
from audit.metrics.exposure import exposure_measures
from audit.metrics.gain import ndcg
from audit.metrics.level_table import level_table
from audit.metrics.measure import Measure
from audit.metrics.queue import queue_measures
from audit.metrics.tenths import tenth_rates
from audit.schema import Stream
from audit.tally.columns import OUTCOME


def ranking_measures(part: Grouping, stream: Stream) -> tuple[Measure, ...]:
    """The measures of one attribute's groups; those about outcomes only where there are any."""
    confidence = stream.audit.confidence
    table = level_table(part, higher_is_better=stream.higher_is_better)
    queue = (*queue_measures(part, table, stream), *exposure_measures(part, table, confidence))
    if not part.has(OUTCOME):
        return queue
    return (
        *tenth_rates(part, table, confidence),
        *cross_measures(part, table, confidence),
        *queue,
        ndcg(part, table, confidence),
    )
