"""Intervals of clustered leads from those of independent ones.

A rate's interval is Wilson's for the effective number of leads, n / deff (Korn and Graubard 1998). Any
other interval keeps its shape: its ends move away from the value, on the scale on which the value spreads
evenly, by the square root of the design effect and by Student's quantile over the normal one. Nothing
gets narrower.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audit.arrays import FloatArray
from audit.clustering.effect import FEWEST_EFFECTIVE, DesignEffects, apart, moved
from audit.grouping import Grouping
from audit.intervals import Interval, wilson
from audit.metrics.group_estimate import GroupEstimate
from audit.metrics.measure import Measure
from audit.metrics.score_level import requantiled
from audit.registry import metric
from audit.schema import Stream
from audit.score_scale import cube_scale

UNBOUNDED = frozenset({"mean", "quantile"})
"""Kinds of metrics in the score's own units."""


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
    low, high = _apart((ends[0], ends[1], ends[2]), effect.stretch(confidence))
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
        unbounded = metric(measure.metric).kind in UNBOUNDED
        low, high = moved(ends, times) if unbounded else _apart(ends, times)
    return replace(
        measure,
        low=np.fmin(low, measure.low),
        high=np.fmax(high, measure.high),
        variance=measure.variance * effect.deff,
        df=np.minimum(measure.df, effect.df),
        weakest=np.where(steady, measure.weakest, 0),
        worth=worth,
    )


def _apart(ends: tuple[FloatArray, FloatArray, FloatArray], times: FloatArray) -> Interval:
    """The ends of an interval moved away from its value; shares and ratios on their own scales."""
    with np.errstate(all="ignore"):
        scales = (
            moved((_logit(ends[0]), _logit(ends[1]), _logit(ends[2])), times),
            moved((np.log(ends[0]), np.log(ends[1]), np.log(ends[2])), times),
            moved(ends, times),
        )
        share = (ends[0] > 0) & (ends[2] < 1)
        ratio = (ends[0] > 0) & (ends[2] > 1)
        within = (ends[0] >= -1) & (ends[2] <= 1)
        bounds = (np.where(ends[0] < 0, -1.0, 0.0), np.where(within, 1.0, np.inf))
        low, high = (
            np.select([share, ratio], [1 / (1 + np.exp(-a)), np.exp(b)], np.clip(c, *bounds))
            for a, b, c in zip(*scales, strict=True)
        )
    return low, high


def _logit(share: FloatArray) -> FloatArray:
    return np.log(share / (1 - share))
