"""Estimates of a group that are about its reference group too: the cross-group AUCs in both directions."""

from __future__ import annotations

from collections.abc import Iterator

from audit.cube import Cube
from audit.disparity.reference_group import reference_of, references
from audit.disparity.roc import cross_group_aucs
from audit.grouping import Grouping, groupings
from audit.metrics import GroupEstimate
from audit.metrics.level_table import level_table
from audit.schema import Stream
from audit.tally.columns import OUTCOME, SCORE


def relative_estimates(cube: Cube, stream: Stream) -> tuple[GroupEstimate, ...]:
    """XAUC of the groups of every single attribute against its reference group.

    Nothing where there is no score or no outcome, or where no group of an attribute is known. Raises
    BadInput when the stream names a reference that no lead has.
    """
    parts = tuple(part for part in groupings(cube, 1) if part.attributes)
    if not (SCORE in cube.names and OUTCOME in cube.names):
        return ()
    chosen = references(parts, stream)
    places = ((part, reference_of(part, chosen, stream.audit.minimum_group)) for part in parts)
    return tuple(
        made for part, place in places if place is not None for made in _estimates(part, place, stream)
    )


def _estimates(part: Grouping, reference: int, stream: Stream) -> Iterator[GroupEstimate]:
    table = level_table(part, higher_is_better=stream.higher_is_better)
    measures = cross_group_aucs(part, table, reference, stream.audit.confidence)
    for group, *row in zip(part.groups, *(one.estimates() for one in measures), strict=True):
        for measure, estimate in zip(measures, row, strict=True):
            yield GroupEstimate(
                attribute=part.attributes, group=group, metric=measure.metric, estimate=estimate
            )
