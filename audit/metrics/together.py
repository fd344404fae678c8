"""Numbers about all groups of an attribute, or of attributes crossed, together.

Each is one value: an estimate that names the attribute and no group. Leads whose attribute is not known
are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from audit.cube import Cube
from audit.grouping import Grouping, groupings
from audit.metrics.between_groups import entropies
from audit.metrics.confusion import counts
from audit.metrics.differential import Named, fairness
from audit.metrics.group_estimate import GroupEstimate
from audit.metrics.level_table import level_table
from audit.metrics.queue_together import queue_together
from audit.schema import Stream
from audit.tally.columns import OUTCOME, SCORE, SELECTED


def together(cube: Cube, stream: Stream) -> tuple[GroupEstimate, ...]:
    """Differential fairness, entropy between and within groups, and what the work queue does to all groups.

    Every single attribute and every crossing of up to ``intersections`` of them has its own; the queue is
    looked at by single attributes only. A number is listed when the cube has the facts it needs.
    """
    return tuple(
        GroupEstimate(attribute=part.attributes, group=(), metric=metric, estimate=estimate)
        for part in groupings(cube, stream.audit.intersections)
        if part.attributes
        for metric, estimate in _of(part, stream)
    )


def _of(part: Grouping, stream: Stream) -> Iterator[Named]:
    found, confidence = counts(part), stream.audit.confidence
    facts = {"differential_fairness": (SELECTED,), "outcome_differential_fairness": (OUTCOME,)}
    for metric, estimate in fairness(found, part.known, confidence):
        if all(part.has(fact) for fact in facts.get(metric, (SELECTED, OUTCOME))):
            yield metric, estimate
    if part.has(SELECTED) and part.has(OUTCOME):
        yield from entropies(found, part.known, confidence)
    if part.has(SCORE) and len(part.attributes) == 1:
        table = level_table(part, higher_is_better=stream.higher_is_better)
        yield from queue_together(part, table, stream)
