"""The widest gap among all groups of an attribute, by a method that can say "no disparity".

The difference of the highest and the lowest of several noisy rates is never 0, so its bootstrap
cannot clear anybody. Here every pair of groups has an interval, all of them sure at once: the lowest
gap that can be is the largest lower end of a pair, or 0, and the highest the largest upper end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.disparity.contrast import Contrast
from audit.disparity.multiplicity import Comparison
from audit.grouping import Grouping
from audit.intervals import mover, wilson
from audit.metrics.measure import Measure
from audit.schema import Tolerance

SPANS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("selection_rate_span", ("selection_rate",)),
    ("true_positive_rate_span", ("true_positive_rate",)),
    ("equalized_odds_span", ("true_positive_rate", "false_positive_rate")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Widest:
    """The widest gap of one rate: its groups by place, its value and interval, and a p-value."""

    highest: int
    lowest: int
    value: float
    low: float
    high: float
    p: float


def span_comparisons(part: Grouping, measures: tuple[Measure, ...], audit: Tolerance) -> Iterator[Comparison]:
    """One comparison per attribute and span: the highest group against the lowest.

    Known groups with the minimum of leads take part; nothing where there are fewer than two, and for
    crossings of attributes.
    """
    if len(part.attributes) != 1:
        return
    rates = {measure.metric: measure for measure in measures}
    for metric, names in SPANS:
        used = [rates[name] for name in names if name in rates]
        groups = _large_enough(part, used, audit)
        if len(used) == len(names) and np.count_nonzero(groups) >= 2:
            yield _comparison(metric, part, tuple(used), groups, audit)


def _large_enough(part: Grouping, measures: list[Measure], audit: Tolerance) -> BoolArray:
    enough = part.known
    for measure in measures:
        enough = enough & measure.defined & (measure.weakest >= audit.minimum_group)
    return enough


def _comparison(
    metric: str, part: Grouping, measures: tuple[Measure, ...], groups: BoolArray, audit: Tolerance
) -> Comparison:
    each = [_widest(measure, groups, 1 - (1 - audit.confidence) / len(measures)) for measure in measures]
    widest = max(each, key=lambda one: one.value)
    measure = measures[each.index(widest)]
    pair = Grouping(
        attributes=part.attributes,
        groups=(part.groups[widest.highest], part.groups[widest.lowest]),
        cube=part.cube,
        index=part.index,
    )
    ends = (max(one.low for one in each), max(one.high for one in each))
    p = min(1.0, len(each) * min(one.p for one in each))
    n = measure.n[[widest.highest, widest.lowest]]
    return Comparison(part=pair, reference=1, contrast=_contrast(metric, (widest.value, *ends, p), n, audit))


def _widest(measure: Measure, groups: BoolArray, confidence: float) -> _Widest:
    place = np.flatnonzero(groups)
    hits = (measure.value * measure.effective)[place]
    n = measure.effective[place]
    pairs = len(place) * (len(place) - 1) / 2
    ends = wilson(hits, n, 1 - (1 - confidence) / pairs)
    value = hits / n
    low, high = mover(value[:, None], (ends[0][:, None], ends[1][:, None]), value[None], ends)
    np.fill_diagonal(low, 0.0)
    return _Widest(
        highest=int(place[value.argmax()]),
        lowest=int(place[value.argmin()]),
        value=float(np.ptp(value)),
        low=float(low.max()),
        high=float(high.max()),
        p=_homogeneity_p(hits, n),
    )


def _homogeneity_p(hits: FloatArray, n: FloatArray) -> float:
    """P-value of one rate for all groups (Pearson's chi-square)."""
    from scipy.special import chdtrc  # noqa: PLC0415 - keeps scipy out of the start of the web process

    share = hits.sum() / n.sum()
    if not 0 < share < 1:
        return 1.0
    statistic = ((hits - n * share) ** 2 / (n * share * (1 - share))).sum()
    return float(chdtrc(len(n) - 1, statistic))


def _contrast(
    metric: str, numbers: tuple[float, float, float, float], n: IntArray, audit: Tolerance
) -> Contrast:
    value, low, high, p = (np.array([number, 0.0]) for number in numbers)
    both = np.ones(2, dtype=np.bool_)
    return Contrast(
        metric=metric,
        kind="difference",
        value=value,
        low=low,
        high=high,
        p=p,
        n=n,
        smallest=np.full(2, float(audit.minimum_group)),
        undefined=(None, None),
        enough=both,
        reference_enough=True,
        tolerance=(-audit.tolerance_difference, audit.tolerance_difference),
        # No number of leads of one group decides a gap among all.
        spread=np.full(2, np.inf),
        noise=0.0,
    )
