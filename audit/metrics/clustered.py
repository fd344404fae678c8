"""Intervals of clustered leads from those of independent ones.

A rate's interval is Wilson's for the effective number of leads, n / deff (Korn and Graubard 1998). Any
other interval keeps its shape: its ends move away from the value, on the scale on which the value spreads
evenly, by the square root of the design effect and by Student's quantile over the normal one. Nothing
gets narrower.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from audit.arrays import FloatArray
from audit.clustering.effect import FEWEST_EFFECTIVE, DesignEffects, apart, moved
from audit.grouping import Grouping
from audit.intervals import Interval, wilson
from audit.metrics.group_estimate import GroupEstimate
from audit.metrics.measure import Measure
from audit.metrics.score_level import requantiled
from audit.registry import Range, metric
from audit.schema import Stream
from audit.score_scale import cube_scale

Ends = tuple[FloatArray, FloatArray, FloatArray]
Bend = Callable[[FloatArray], FloatArray]


def clustered(
    measures: tuple[Measure, ...], part: Grouping, effects: DesignEffects | None, stream: Stream
) -> tuple[Measure, ...]:
    """The measures of a grouping with the intervals of clustered leads; as they are without effects."""
    if effects is None:
        return measures
    scale, confidence = cube_scale(part.cube, stream) or (0.0, 1.0), stream.audit.confidence
    wide = (_widened(one, part.attributes, effects, confidence) for one in measures)
    return tuple(
        requantiled(one, part, scale, confidence) if metric(one.metric).kind == "quantile" else one
        for one in wide
    )


def clustered_alone(
    found: tuple[GroupEstimate, ...], effects: DesignEffects | None, confidence: float
) -> tuple[GroupEstimate, ...]:
    """Estimates of no measure (of all groups together, against the reference), allowing for clusters."""
    return tuple(_alone(one, effects, confidence) for one in found)


def _alone(one: GroupEstimate, effects: DesignEffects | None, confidence: float) -> GroupEstimate:
    effect = effects.of(one.attribute, one.metric, apart(one.group)) if effects else None
    made = one.estimate
    if effect is None or made.value is None or made.low is None or made.high is None:
        return one
    ends = tuple(np.array([end]) for end in (made.low, made.value, made.high))
    low, high = apart_within(
        (ends[0], ends[1], ends[2]), effect.stretch(confidence), metric(one.metric).range
    )
    return replace(
        one,
        estimate=replace(made, low=min(float(low[0]), made.low), high=max(float(high[0]), made.high)),
    )


def _widened(
    measure: Measure, attributes: tuple[str, ...], effects: DesignEffects, confidence: float
) -> Measure:
    effect = effects.of(attributes, measure.metric)
    if effect is None:
        return measure
    steady = (effects.accounts[attributes] >= effects.fewest) & (effect.df + 1 >= FEWEST_EFFECTIVE)
    times = effect.stretch(confidence)
    worth = measure.n / times**2
    if measure.hits is not None:
        with np.errstate(invalid="ignore"):
            low, high = wilson(measure.value * worth, worth, confidence)
    else:
        ends = (measure.low, measure.value, measure.high)
        low, high = apart_within(ends, times, metric(measure.metric).range)
    return replace(
        measure,
        low=np.fmin(low, measure.low),
        high=np.fmax(high, measure.high),
        variance=measure.variance * effect.deff,
        df=np.minimum(measure.df, effect.df),
        weakest=np.where(steady, measure.weakest, 0),
        worth=worth,
    )


def apart_within(ends: Ends, times: FloatArray, reach: Range) -> Interval:
    """The ends of an interval moved away from its value, on the scale and within the reach of such values."""
    there, back = _SCALES[reach]
    lowest, highest = _REACH[reach]
    low, value, high = ends
    inside = (low > lowest) & (high < highest)
    with np.errstate(all="ignore"):
        bent = moved((there(low), there(value), there(high)), times)
        plain = moved(ends, times)
        return (
            np.where(inside, back(bent[0]), np.maximum(plain[0], lowest)),
            np.where(inside, back(bent[1]), np.minimum(plain[1], highest)),
        )


def _logit(share: FloatArray) -> FloatArray:
    return np.asarray(np.log(share / (1 - share)), dtype=np.float64)


def _share(logit: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-logit)), dtype=np.float64)


_REACH: Mapping[Range, tuple[float, float]] = MappingProxyType(
    {"share": (0.0, 1.0), "gap": (-1.0, 1.0), "positive": (0.0, np.inf), "line": (-np.inf, np.inf)}
)
_SCALES: Mapping[Range, tuple[Bend, Bend]] = MappingProxyType(
    {
        "share": (_logit, _share),
        "gap": (np.arctanh, np.tanh),
        "positive": (np.log, np.exp),
        "line": (np.asarray, np.asarray),
    }
)
