"""Where the scores of a group lie: its quantiles, and the share above the median of all leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audit.arrays import FloatArray, IntArray, sum_by
from audit.grouping import Grouping
from audit.intervals import quantile, wilson
from audit.metrics.confusion import proportion
from audit.metrics.measure import Measure, reasons
from audit.metrics.score_metrics import scored
from audit.registry import METRICS
from audit.tally.columns import SCORE

QUANTILES = (25, 50, 75)


def scoring_rate(grouping: Grouping, confidence: float, *, higher_is_better: bool) -> Measure:
    """Share of each group that scores better than the median of all leads, with Wilson's interval.

    Scores are compared by their place on the axis, so that rounding decides nothing.
    """
    used = scored(grouping)
    place = grouping.cube.column(SCORE)
    n = np.where(used, grouping.cube.n, 0).astype(np.float64)
    lower, upper = _middle(place, n)
    better = place > lower if higher_is_better else place < upper
    hits, leads = (sum_by(grouping.index, part, len(grouping.groups)) for part in (n * better, n))
    undefined = reasons((leads == 0, METRICS["mean_score"].empty))
    return proportion("scoring_rate", hits.astype(np.int64), leads.astype(np.int64), undefined, confidence)


def _middle(place: IntArray, n: FloatArray) -> tuple[int, int]:
    """The places of the two leads in the middle; of an odd number they are the same."""
    total = int(n.sum())
    if not total:
        return 0, 0
    order = np.argsort(place, kind="stable")
    reached = np.cumsum(n[order])
    lower, upper = np.searchsorted(reached, [(total + 1) // 2, total // 2 + 1])
    return int(place[order][lower]), int(place[order][upper])


def score_quantiles(grouping: Grouping, scale: tuple[float, float], confidence: float) -> tuple[Measure, ...]:
    """Quarter, median and three quarters of the scores of each group.

    The interval runs between the quantiles at the ends of Wilson's interval of the share of leads
    below, which assumes nothing about the scores; where too few leads lie beyond, it ends with the
    score's range.

    References
    ----------
    R. Woodruff (1952). JASA 47:635.
    """
    return tuple(_quantile(grouping, percent, scale, confidence) for percent in QUANTILES)


def requantiled(
    measure: Measure, grouping: Grouping, scale: tuple[float, float], confidence: float
) -> Measure:
    """A score quantile again, with the interval of as many leads as ``measure.worth`` says."""
    percent = int(measure.metric.partition("@")[2])
    again = _quantile(grouping, percent, scale, confidence, measure.effective)
    return replace(again, df=measure.df, weakest=measure.weakest, worth=measure.worth)


def _quantile(
    grouping: Grouping,
    percent: int,
    scale: tuple[float, float],
    confidence: float,
    worth: FloatArray | None = None,
) -> Measure:
    used = np.flatnonzero(scored(grouping))
    with np.errstate(invalid="ignore", divide="ignore"):
        levels = grouping.cube.score_sum / grouping.cube.n
    order = used[np.lexsort((grouping.cube.column(SCORE)[used], grouping.index[used]))]
    group, n = grouping.index[order], grouping.cube.n[order].astype(np.float64)
    leads = sum_by(group, n, len(grouping.groups))
    share = np.full(len(leads), percent / 100)
    worth = leads if worth is None else worth
    low, high = wilson(share * worth, worth, confidence)
    reached = np.cumsum(n)
    before = np.cumsum(leads) - leads
    # Whole leads, one further out on either side: the interval of a quantile ends at leads.
    ranks = (
        share * leads,
        np.maximum(np.floor(low * leads), 1),
        np.minimum(np.ceil(high * leads) + 1, leads),
    )
    value, bottom, top = (_at(levels[order], reached, before + rank) for rank in ranks)
    has = leads > 0
    value, bottom, top = (np.where(has, part, np.nan) for part in (value, bottom, top))
    low_end = np.where(low * leads < 1, np.fmin(scale[0], value), np.minimum(bottom, value))
    beyond = np.ceil(high * leads) + 1 > leads
    high_end = np.where(beyond, np.fmax(scale[1], value), np.maximum(top, value))
    return Measure(
        metric=f"score_quantile@{percent}",
        value=value,
        low=low_end,
        high=high_end,
        n=leads.astype(np.int64),
        variance=((high_end - low_end) / (2 * quantile(confidence))) ** 2,
        df=np.maximum(leads - 1, 1),
        weakest=leads.astype(np.int64),
        undefined=reasons((~has, METRICS["mean_score"].empty)),
    )


def _at(levels: FloatArray, reached: FloatArray, place: FloatArray) -> FloatArray:
    """Score of the first lead by which this many are reached."""
    if not len(levels):
        return np.full(len(place), np.nan)
    return levels[np.minimum(np.searchsorted(reached, place - 1e-9), len(levels) - 1)]
