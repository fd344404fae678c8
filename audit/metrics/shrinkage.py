"""What the rate or mean of a small group probably is, given all the other groups (empirical Bayes).

A crossing of eleven leads with one conversion has a rate of 9 %, and hardly tells anything. Its shrunk
value lies between that and what the parts of the crossing predict: nearer to the prediction the fewer
leads it has, and the more alike the groups are otherwise. It stands beside the raw value and judges nothing.

The model has two levels: the groups' true values spread with a variance A about a prediction that is
additive in the parts (about the mean of all groups where an attribute stands alone, or where there are
too few crossings to tell), and the values seen spread about the true ones as their n says. A is estimated
from all groups; the intervals allow for that. Of rates, both levels are moment-matched beta
distributions, so that no interval leaves 0 to 1.

References
----------
C. N. Morris (1983), JASA 78:47 (parametric empirical Bayes inference; equations 5.1 to 5.10).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.estimate import Estimate
from audit.grouping import Grouping
from audit.intervals import Interval, quantile
from audit.metrics.measure import Measure
from audit.registry import metric

SMALL = 100
"""Leads below which a group of a single attribute has a shrunk value; crossings always have one."""
FEWEST_GROUPS = 4
SMALLEST = 1e-200
_SPARE = 3
_MOST_COLUMNS = 200
_ROUNDS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """The prediction of each group, the variance of its raw value, its leverage, and the spread A."""

    prediction: FloatArray
    variance: FloatArray
    leverage: FloatArray
    spread: float
    columns: int


def with_shrunk(part: Grouping, measure: Measure, confidence: float) -> tuple[Estimate, ...]:
    """The estimates of a measure, with shrunk values where they apply."""
    made = measure.estimates()
    used = _used(part, measure)
    if np.count_nonzero(used) < FEWEST_GROUPS:
        return made
    value, (low, high) = _shrunk(part, measure, used, confidence)
    shown = used & ((len(part.attributes) > 1) | (measure.n < SMALL))
    numbers = zip(value.tolist(), low.tolist(), high.tolist(), shown, strict=True)
    return tuple(
        replace(one, shrunk=v, shrunk_low=a, shrunk_high=b) if here else one
        for one, (v, a, b, here) in zip(made, numbers, strict=True)
    )


def _used(part: Grouping, measure: Measure) -> BoolArray:
    """Groups of a rate or a mean that can be shrunk: they have a value and are some of many."""
    what = metric(measure.metric)
    shared = {"all_leads", "all_selected"} & set(what.denominator)
    if what.kind not in {"rate", "mean"} or shared or not part.attributes:
        return np.zeros(len(measure.n), dtype=np.bool_)
    # A mean without a spread, of one lead or of equal scores, cannot be weighed against the others.
    spread = np.isfinite(measure.variance) & ((measure.hits is not None) | (measure.variance > SMALLEST))
    return np.asarray(measure.defined & spread & (measure.n > 0), dtype=np.bool_)


def _shrunk(
    part: Grouping, measure: Measure, used: BoolArray, confidence: float
) -> tuple[FloatArray, Interval]:
    """Shrunk value and interval of each group, NaN where there is none."""
    rate = measure.hits is not None
    raw, n = measure.value[used], measure.effective[used]
    fit = _fitted(_parts(part, used), raw, n, None if rate else measure.variance[used])
    k, total = len(raw), fit.variance + fit.spread
    weight = (k - fit.columns - 2) / (k - fit.columns) * fit.variance / total
    value = (1 - weight) * raw + weight * fit.prediction
    typical = np.average(fit.variance, weights=1 / total)
    doubt = 2 / (k - fit.columns - 2) * weight**2 * (typical + fit.spread) / total
    spread = fit.variance * (1 - (1 - fit.leverage) * weight) + doubt * (raw - fit.prediction) ** 2
    ends = _beta(value, spread, confidence) if rate else _normal(value, spread, confidence)
    placed = np.full((3, len(used)), np.nan)
    placed[:, used] = np.stack([value, *ends])
    return placed[0], (placed[1], placed[2])


def _parts(part: Grouping, used: BoolArray) -> FloatArray:
    """Columns of the additive prediction: one, and each part's levels but the first."""
    groups = [group for group, here in zip(part.groups, used, strict=True) if here]
    constant = np.ones((len(groups), 1))
    if len(part.attributes) < 2:
        return constant
    columns = [constant]
    for place in range(len(part.attributes)):
        levels, code = np.unique([group[place] for group in groups], return_inverse=True)
        if len(levels) > _MOST_COLUMNS:
            return constant
        columns.append(np.eye(len(levels))[code][:, 1:])
    found = np.hstack(columns)
    spare = len(groups) - int(np.linalg.matrix_rank(found))
    return found if spare >= _SPARE and found.shape[1] <= _MOST_COLUMNS else constant


def _fitted(columns: FloatArray, raw: FloatArray, n: FloatArray, known: FloatArray | None) -> _Fit:
    """Fit prediction and spread in turn; a rate's variance is that of its prediction, never 0."""
    k, rank = len(raw), int(np.linalg.matrix_rank(columns))
    least = 0.5 / max(float(n.sum()), 1.0)
    prediction, spread = np.full(k, np.average(raw, weights=n)), float(np.var(raw))
    variance, root = np.zeros(k), np.ones((k, 1))
    for _ in range(_ROUNDS):
        share = np.clip(prediction, least, 1 - least)
        variance = share * (1 - share) / n if known is None else known
        weight = 1 / (variance + spread)
        root = np.sqrt(weight)[:, None]
        prediction = columns @ np.linalg.lstsq(columns * root, raw * root[:, 0], rcond=None)[0]
        excess = weight * (k / (k - rank) * (raw - prediction) ** 2 - variance)
        before, spread = spread, max(0.0, float(excess.sum() / weight.sum()))
        if abs(before - spread) <= 1e-10 * max(before, spread):
            break
    leverage = np.einsum("ij,ji->i", columns * root, np.linalg.pinv(columns * root))
    inside = np.clip(prediction, least, 1 - least) if known is None else prediction
    return _Fit(prediction=inside, variance=variance, leverage=leverage, spread=spread, columns=rank)


def _normal(value: FloatArray, spread: FloatArray, confidence: float) -> Interval:
    half = quantile(confidence) * np.sqrt(spread)
    return value - half, value + half


def _beta(value: FloatArray, spread: FloatArray, confidence: float) -> Interval:
    """Quantiles of the beta distribution with this mean and variance."""
    from scipy.special import betaincinv  # noqa: PLC0415 - keeps scipy out of the start of the web process

    share = (1 - confidence) / 2
    size = np.maximum(value * (1 - value) / spread - 1, 1e-3)
    low, high = (betaincinv(value * size, (1 - value) * size, tail) for tail in (share, 1 - share))
    return np.fmin(low, value), np.fmax(high, value)
