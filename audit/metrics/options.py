"""Decisions with several options: how often each is given, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.grouping import Grouping
from audit.metrics.confusion import no_outcome, proportion, usable
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS
from audit.schema import LEVELS, Stream
from audit.tally.columns import NO, OPTION, OUTCOME, YES

MOST_CROSSED = 12
"""Beyond so many options crossings of attributes are left out: their groups are too small for them."""


def option_measures(part: Grouping, stream: Stream) -> Iterator[Measure]:
    """Every rate of every option, or of every level but the lowest; nothing without several options."""
    if not part.has(OPTION):
        return
    names = option_names(part, stream)
    crossed = len(part.attributes) > 1
    if crossed and len(names) > MOST_CROSSED:
        return
    table = option_counts(part, names)
    n = table.sum(axis=1)
    for name, hits in _rates(table, names, stream):
        metric = METRICS[name.partition("@")[0]]
        empty = reasons((n == 0, metric.empty))
        yield proportion(name, hits, n, empty, stream.audit.confidence)
    if part.has(OUTCOME) and not crossed:
        yield from _conversions(part, names, stream.audit.confidence)


def option_names(part: Grouping, stream: Stream) -> tuple[str, ...]:
    """The options: levels in their order, others in alphabetical order."""
    return stream.decision_levels if stream.decision_kind == LEVELS else part.cube.axis(OPTION).levels


def option_counts(part: Grouping, names: tuple[str, ...], cells: BoolArray | None = None) -> IntArray:
    """Leads by group and option, in these cells only; one row per group, one column per name."""
    place = {name: i for i, name in enumerate(names)}
    columns = np.array([place[level] for level in part.cube.axis(OPTION).levels], dtype=np.int64)
    flat = part.index * len(names) + columns[part.cube.column(OPTION)]
    n: FloatArray = part.cube.n.astype(np.float64)
    chosen = n if cells is None else np.where(cells, n, 0.0)
    found = sum_by(flat, chosen, len(part.groups) * len(names))
    return found.reshape(len(part.groups), len(names)).astype(np.int64)


def _rates(table: IntArray, names: tuple[str, ...], stream: Stream) -> Iterator[tuple[str, IntArray]]:
    if stream.decision_kind != LEVELS:
        yield from ((f"option_rate@{name}", table[:, i]) for i, name in enumerate(names))
        return
    reached = table[:, ::-1].cumsum(axis=1)[:, ::-1]
    yield from ((f"level_at_least@{name}", reached[:, i]) for i, name in enumerate(names) if i)


def _conversions(part: Grouping, names: tuple[str, ...], confidence: float) -> Iterator[Measure]:
    won = option_counts(part, names, usable(part, YES))
    known = won + option_counts(part, names, usable(part, NO))
    unknown = known.sum(axis=1) == 0
    empty = METRICS["option_conversion"].empty
    for i, name in enumerate(names):
        why = reasons((unknown, no_outcome(part)), (known[:, i] == 0, empty))
        yield proportion(f"option_conversion@{name}", won[:, i], known[:, i], why, confidence)
