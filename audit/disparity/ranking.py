"""Comparisons of how the score ranks leads: curves and AUCs across groups, and exposure in the queue."""

from __future__ import annotations

from collections.abc import Iterator

from audit.disparity.contrast import Contrast
from audit.disparity.exposure import exposure_contrasts
from audit.disparity.roc import roc_contrasts
from audit.grouping import Grouping
from audit.metrics.level_table import level_table
from audit.schema import Stream
from audit.tally.columns import OUTCOME, SCORE


def ranking_contrasts(part: Grouping, reference: int, stream: Stream) -> Iterator[Contrast]:
    """Compare the groups of one attribute with their reference; nothing for crossings or without a score."""
    if not part.has(SCORE) or len(part.attributes) != 1:
        return
    table = level_table(part, higher_is_better=stream.higher_is_better)
    if part.has(OUTCOME):
        yield from roc_contrasts(part, table, reference, stream.audit)
    yield from exposure_contrasts(part, table, reference, stream.audit)
