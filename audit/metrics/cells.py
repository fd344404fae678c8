"""Metrics that are one smooth function of a group's four cells: decision by outcome.

The interval is the delta method's over the multinomial of the four cells, on a scale on which the
value spreads evenly (Fisher's z, logit, logarithm, square root), after a little was added to every
cell so that empty ones have a spread too. Student's quantile stands in for the normal one, which is
too narrow for twenty leads.

References
----------
A. Agresti (2013). Categorical Data Analysis, 3rd ed., 16.1 (delta method) and 3.1 (adding to cells).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.grouping import Grouping
from audit.intervals import Interval, quantile, student
from audit.metrics.confusion import Counts, no_outcome
from audit.metrics.measure import Measure, reasons
from audit.registry import METRICS, Metric
from audit.registry.sources import LACKING

STEP = 1e-4
HALF, ONE = 0.5, 1.0

Function = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]
Transform = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A scale for intervals: there, and back."""

    there: Transform
    back: Transform


def _square(root: FloatArray) -> FloatArray:
    return np.maximum(root, 0.0) ** 2


_MARGINS: dict[str, tuple[str, ...]] = {
    "positive": ("tp", "fn"),
    "negative": ("fp", "tn"),
    "selected": ("tp", "fp"),
    "rejected": ("fn", "tn"),
    "false_positive": ("fp",),
    "false_negative": ("fn",),
}
FISHER = Scale(there=np.arctanh, back=np.tanh)
LOGIT = Scale(there=lambda p: np.log(p / (1 - p)), back=lambda x: 1 / (1 + np.exp(-x)))
LOGARITHM = Scale(there=np.log, back=np.exp)
ROOT = Scale(there=np.sqrt, back=_square)
PLAIN = Scale(there=lambda value: value, back=lambda value: np.maximum(value, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFunction:
    """A function of true positives, false positives, false negatives and true negatives.

    It must not change when all four are multiplied by the same number. With several ``paddings``
    the interval spans those of all: where the value is 0 for want of errors, one is not enough.
    """

    function: Function
    scale: Scale
    paddings: tuple[float, ...] = (HALF,)


def _matthews(tp: FloatArray, fp: FloatArray, fn: FloatArray, tn: FloatArray) -> FloatArray:
    return (tp * tn - fp * fn) / np.sqrt((tp + fn) * (fp + tn) * (tp + fp) * (fn + tn))


def _kappa(tp: FloatArray, fp: FloatArray, fn: FloatArray, tn: FloatArray) -> FloatArray:
    return 2 * (tp * tn - fp * fn) / ((tp + fp) * (fp + tn) + (tp + fn) * (fn + tn))


def _generalized_entropy(tp: FloatArray, fp: FloatArray, fn: FloatArray, tn: FloatArray) -> FloatArray:
    n, right = tp + fp + fn + tn, tp + tn
    mean = (2 * fp + right) / n
    return ((4 * fp + right) / n / mean**2 - 1) / 2


def _theil(tp: FloatArray, fp: FloatArray, fn: FloatArray, tn: FloatArray) -> FloatArray:
    n, right = tp + fp + fn + tn, tp + tn
    mean = (2 * fp + right) / n
    return (2 * fp * np.log(2 / mean) - right * np.log(mean)) / (n * mean)


def _variation(tp: FloatArray, fp: FloatArray, fn: FloatArray, tn: FloatArray) -> FloatArray:
    # Rounding may take an index of 0 below it.
    return np.asarray(np.sqrt(2 * np.maximum(_generalized_entropy(tp, fp, fn, tn), 0)))


FUNCTIONS: MappingProxyType[str, CellFunction] = MappingProxyType(
    {
        "matthews_correlation": CellFunction(function=_matthews, scale=FISHER),
        "cohen_kappa": CellFunction(function=_kappa, scale=FISHER),
        "informedness": CellFunction(
            function=lambda tp, fp, fn, tn: tp / (tp + fn) + tn / (fp + tn) - 1, scale=FISHER
        ),
        "markedness": CellFunction(
            function=lambda tp, fp, fn, tn: tp / (tp + fp) + tn / (fn + tn) - 1, scale=FISHER
        ),
        "fowlkes_mallows": CellFunction(
            function=lambda tp, fp, fn, tn: tp / np.sqrt((tp + fn) * (tp + fp) + 0 * tn), scale=LOGIT
        ),
        "geometric_mean": CellFunction(
            function=lambda tp, fp, fn, tn: np.sqrt(tp / (tp + fn) * (tn / (fp + tn))), scale=LOGIT
        ),
        "positive_likelihood_ratio": CellFunction(
            function=lambda tp, fp, fn, tn: tp / (tp + fn) / (fp / (fp + tn)), scale=LOGARITHM
        ),
        "negative_likelihood_ratio": CellFunction(
            function=lambda tp, fp, fn, tn: fn / (tp + fn) / (tn / (fp + tn)), scale=LOGARITHM
        ),
        "diagnostic_odds_ratio": CellFunction(
            function=lambda tp, fp, fn, tn: tp * tn / (fp * fn), scale=LOGARITHM
        ),
        "lift": CellFunction(
            function=lambda tp, fp, fn, tn: tp / (tp + fp) / ((tp + fn) / (tp + fp + fn + tn)),
            scale=LOGARITHM,
        ),
        "conditional_acceptance": CellFunction(
            function=lambda tp, fp, fn, tn: (tp + fn + 0 * tn) / (tp + fp), scale=LOGARITHM
        ),
        "conditional_rejection": CellFunction(
            function=lambda tp, fp, fn, tn: (fp + tn + 0 * tp) / (fn + tn), scale=LOGARITHM
        ),
        "treatment_ratio": CellFunction(
            function=lambda tp, fp, fn, tn: (fn + 0 * tp + 0 * tn) / fp, scale=LOGARITHM
        ),
        "generalized_entropy": CellFunction(function=_generalized_entropy, scale=ROOT, paddings=(HALF, ONE)),
        "theil": CellFunction(function=_theil, scale=ROOT, paddings=(HALF, ONE)),
        "coefficient_of_variation": CellFunction(function=_variation, scale=PLAIN, paddings=(HALF, ONE)),
    }
)


def cell_measures(found: Counts, grouping: Grouping, confidence: float) -> tuple[Measure, ...]:
    """Every metric of kind "cells", in the order of the registry."""
    return tuple(
        _measure(one, found, grouping, confidence) for one in METRICS.values() if one.kind == "cells"
    )


def _measure(metric: Metric, found: Counts, grouping: Grouping, confidence: float) -> Measure:
    function = FUNCTIONS[metric.id]
    cells = np.stack([found.tp, found.fp, found.fn, found.tn], axis=-1).astype(np.float64)
    n = found.total(("tp", "fp", "fn", "tn"))
    with np.errstate(all="ignore"):
        value = function.function(*np.moveaxis(cells, -1, 0))
        low, high = _interval(function, cells, confidence)
        variance = ((high - low) / (2 * quantile(confidence))) ** 2
    margins = {need: found.total(_MARGINS[need]) for need in metric.needs}
    unnamed = reasons((found.known == 0, no_outcome(grouping)), (n == 0, METRICS["accuracy"].empty))
    causes = [(margin == 0, LACKING[need]) for need, margin in margins.items()]
    lacking = reasons(*causes, (n < 0, ""))
    undefined = tuple(
        first or second or (None if defined else metric.empty)
        for first, second, defined in zip(unnamed, lacking, np.isfinite(value), strict=True)
    )
    weakest = np.minimum.reduce([n, *margins.values()])
    known = np.array([reason is None for reason in undefined])
    return Measure(
        metric=metric.id,
        value=_where(known, value),
        low=_where(known, np.minimum(low, value)),
        high=_where(known, np.maximum(high, value)),
        n=n,
        variance=_where(known, variance),
        df=np.maximum(weakest - 1.0, 1.0),
        weakest=weakest,
        undefined=undefined,
    )


def _where(known: BoolArray, values: FloatArray) -> FloatArray:
    return np.where(known, values, np.nan)


def _interval(function: CellFunction, cells: FloatArray, confidence: float) -> Interval:
    padded = np.stack([cells + padding for padding in function.paddings])
    low, high = _delta(function, padded, confidence)
    return np.minimum.reduce(low), np.maximum.reduce(high)


def _delta(function: CellFunction, cells: FloatArray, confidence: float) -> Interval:
    """Interval from cells that are all above 0, the last axis being the four of them."""
    n = cells.sum(axis=-1)
    shares = cells / n[..., None]
    slope = _slopes(function, shares)
    variance = ((shares * slope**2).sum(axis=-1) - (shares * slope).sum(axis=-1) ** 2) / n
    low, high = student(_scaled(function, shares), np.maximum(variance, 0), np.maximum(n - 1, 1), confidence)
    return function.scale.back(low), function.scale.back(high)


def _slopes(function: CellFunction, shares: FloatArray) -> FloatArray:
    """Derivative by each of the four cells, all of them in two evaluations."""
    # In proportion to the share: among millions, an empty cell's is smaller than any fixed step.
    step = STEP * shares
    away = step[..., None] * np.eye(4)
    here = shares[..., None, :]
    return (_scaled(function, here + away) - _scaled(function, here - away)) / (2 * step)


def _scaled(function: CellFunction, shares: FloatArray) -> FloatArray:
    return function.scale.there(function.function(*np.moveaxis(shares, -1, 0)))
