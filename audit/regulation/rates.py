"""The rates that the tables are made of: leads and hits of every known category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.clustering.effect import DesignEffects
from audit.cube import Cube
from audit.grouping import Grouping, groupings
from audit.metrics.confusion import counts
from audit.metrics.options import option_counts, option_names
from audit.metrics.score_level import scoring_rate
from audit.schema import Stream
from audit.tally.columns import OPTION, SCORE, SELECTED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    """One rate by known category; ``unknown`` counts the leads with a rate in no category.

    ``times`` is how much wider than that of independent leads each interval is, where leads come in accounts.
    """

    attributes: tuple[str, ...]
    metric: str
    groups: tuple[tuple[str, ...], ...]
    hits: IntArray
    n: IntArray
    unknown: int
    times: FloatArray

    @property
    def worth(self) -> FloatArray:
        """How many independent leads tell as much as these: all of them, unless they come in accounts."""
        return np.asarray(self.n / self.times**2, dtype=np.float64)

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


def rates(cube: Cube, stream: Stream, effects: DesignEffects | None = None) -> Iterator[Rates]:
    """Selection and scoring rates of the attributes, then of pairs where the stream crosses them.

    Of a decision with several options each attribute also has the rate of each option, as 6 RCNY
    5-301(b)(4) asks for a tool that classifies into groups.
    """
    for part in groupings(cube, min(stream.audit.intersections, 2)):
        if part.attributes:
            for metric, hits, n in _counted(part, stream):
                effect = effects.of(part.attributes, metric) if effects else None
                times = np.ones(len(n)) if effect is None else effect.stretch(stream.audit.confidence)
                yield _known(part, metric, (hits, n), times)


def _counted(part: Grouping, stream: Stream) -> Iterator[tuple[str, IntArray, IntArray]]:
    """Every rate of a grouping: its name, hits and leads."""
    found = counts(part)
    if part.has(SELECTED):
        yield "selection_rate", found.selected, found.decided
    if part.has(SCORE):
        measure = scoring_rate(part, stream.audit.confidence, higher_is_better=stream.higher_is_better)
        hits = np.zeros(len(measure.n)) if measure.hits is None else measure.hits
        yield "scoring_rate", hits.astype(np.int64), measure.n
    if part.has(OPTION) and len(part.attributes) == 1:
        names = option_names(part, stream)
        table = option_counts(part, names)
        for i, name in enumerate(names):
            yield f"option_rate@{name}", table[:, i], table.sum(axis=1)


def _known(part: Grouping, metric: str, counted: tuple[IntArray, IntArray], times: FloatArray) -> Rates:
    hits, n = counted
    known = part.known & (n > 0)
    return Rates(
        attributes=part.attributes,
        metric=metric,
        groups=tuple(group for group, keep in zip(part.groups, known, strict=True) if keep),
        hits=hits[known],
        n=n[known],
        unknown=int(n[~part.known].sum()),
        # Where accounts are too few to say, the interval stays as it is.
        times=np.nan_to_num(np.maximum(times[known], 1.0), nan=1.0, posinf=1.0),
    )
