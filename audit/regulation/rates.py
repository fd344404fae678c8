"""The rates that the tables are made of: leads and hits of every known category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.cube import Cube
from audit.grouping import Grouping, groupings
from audit.metrics.confusion import counts
from audit.metrics.options import option_counts, option_names
from audit.metrics.score_level import scoring_rate
from audit.schema import Stream
from audit.tally.columns import OPTION, SCORE, SELECTED

LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    """One rate by known category; ``unknown`` counts the leads with a rate in no category."""

    attributes: tuple[str, ...]
    metric: str
    groups: tuple[tuple[str, ...], ...]
    hits: IntArray
    n: IntArray
    unknown: int

    @property
    def shares(self) -> FloatArray:
        """Part of the leads in a known category."""
        return np.asarray(self.n / max(int(self.n.sum()), 1), dtype=np.float64)

    @property
    def counted(self) -> BoolArray:
        """Categories of at least 2 % of the leads; all where none is that large."""
        # In whole numbers: 2 % of 50 leads is 1 lead, whatever a float says.
        large = np.asarray(self.n * 50 >= self.n.sum(), dtype=np.bool_)
        return large if large.any() else np.ones(len(self.n), dtype=np.bool_)

    @property
    def top(self) -> int:
        """Category with the highest rate among those that count; of equal ones the largest."""
        rate = np.where(self.counted, self.hits / np.maximum(self.n, 1), -1.0)
        return int(np.lexsort((-self.n, -rate))[0])


def rates(cube: Cube, stream: Stream) -> Iterator[Rates]:
    """Selection and scoring rates of the attributes, then of pairs where the stream crosses them.

    Of a decision with several options each attribute also has the rate of each option, as 6 RCNY
    5-301(b)(4) asks for a tool that classifies into groups.
    """
    for part in groupings(cube, min(stream.audit.intersections, 2)):
        if part.attributes:
            yield from _rates(part, stream)


def _rates(part: Grouping, stream: Stream) -> Iterator[Rates]:
    found = counts(part)
    if part.has(SELECTED):
        yield _known(part, "selection_rate", found.selected, found.decided)
    if part.has(SCORE):
        measure = scoring_rate(part, stream.audit.confidence, higher_is_better=stream.higher_is_better)
        hits = np.zeros(len(measure.n)) if measure.hits is None else measure.hits
        yield _known(part, "scoring_rate", hits.astype(np.int64), measure.n)
    if part.has(OPTION) and len(part.attributes) == 1:
        names = option_names(part, stream)
        table = option_counts(part, names)
        for i, name in enumerate(names):
            yield _known(part, f"option_rate@{name}", table[:, i], table.sum(axis=1))


def _known(part: Grouping, metric: str, hits: IntArray, n: IntArray) -> Rates:
    known = part.known & (n > 0)
    return Rates(
        attributes=part.attributes,
        metric=metric,
        groups=tuple(group for group, keep in zip(part.groups, known, strict=True) if keep),
        hits=hits[known],
        n=n[known],
        unknown=int(n[~part.known].sum()),
    )
