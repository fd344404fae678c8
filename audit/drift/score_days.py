"""The days on which the score's distribution changed, from its counts by day."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.arrays import FloatArray, IntArray, sum_by
from audit.drift.binning import Laid, binning
from audit.drift.calendar import Calendar
from audit.drift.limits import PSI
from audit.drift.model import ScoreChange
from audit.drift.scan import Break, breaks, grouped
from audit.drift.source import Source


def score_changes(score: Laid, source: Source, error: float, seed: int) -> tuple[ScoreChange, ...]:
    """Changes over all days, not only those of the windows; none without days.

    ``error`` is the probability of telling any where the days could have come in any order. What they go with
    is told by `audit.drift.around`.
    """
    made = source.calendar
    if made is None:
        return ()
    group = grouped(len(made.day))
    column = score.column
    whole = source.counted(np.zeros_like(source.day), 1, column.codes, column.axis.size)
    bins = binning(column, np.repeat(whole, 2, axis=0))
    day = group[source.day]
    counts = source.counted(day, int(group[-1]) + 1, bins.place[column.codes], len(bins.names))
    found = breaks(counts, error, seed)
    return tuple(_told(found, made, _means(source, day, int(group[-1]) + 1)))


def _told(
    found: tuple[Break, ...], made: Calendar, scores: tuple[FloatArray, FloatArray]
) -> Iterator[ScoreChange]:
    group = grouped(len(made.day))
    first = made.day[np.flatnonzero(np.diff(group, prepend=-1))].astype("datetime64[D]").tolist()
    for one in found:
        yield ScoreChange(
            day=first[one.at],
            earliest=first[one.earliest],
            latest=first[one.latest],
            psi=one.psi,
            p_value=one.p_value,
            before=_mean(scores, one.first, one.at),
            after=_mean(scores, one.at, one.end),
            verdict="fail" if one.psi >= PSI else "pass",
            alike=None,
            cause="unclear",
            groups=(),
        )


def _means(source: Source, day: IntArray, days: int) -> tuple[FloatArray, FloatArray]:
    """Sums of scores and leads with one, by day."""
    if source.score is None:
        return np.zeros(days), np.zeros(days)
    total, _, n = source.score
    return sum_by(day, total, days), sum_by(day, n, days)


def _mean(scores: tuple[FloatArray, FloatArray], first: int, end: int) -> float | None:
    total, n = (float(part[first:end].sum()) for part in scores)
    return total / n if n else None
