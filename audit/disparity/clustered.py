"""Comparisons of clustered leads from those of independent ones; nothing gets narrower or surer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from audit.arrays import FloatArray
from audit.clustering.effect import FEWEST_EFFECTIVE, DesignEffects, Effect, moved
from audit.disparity.contrast import Contrast
from audit.grouping import Grouping
from audit.intervals import Interval
from audit.registry import Range, metric
from audit.tally.columns import OPTION

_FURTHEST_Z = 37.0
_FURTHEST: Mapping[Range, float] = MappingProxyType(
    {"share": 1.0, "gap": 2.0, "positive": np.inf, "line": np.inf}
)
"""How far apart two values can be."""


def widened_contrast(
    contrast: Contrast, part: Grouping, reference: int, effects: DesignEffects | None, confidence: float
) -> Contrast:
    """The comparison with the interval, p-value and room for a verdict of clustered leads."""
    effect = effects.of(part.attributes, contrast.metric, contrast.kind) if effects else None
    if effects is None or effect is None:
        return contrast
    steady = (effect.df + 1 >= FEWEST_EFFECTIVE) & effects.enough(part.attributes, reference)
    if metric(contrast.metric).kind == "quantile":
        return replace(contrast, enough=contrast.enough & steady)
    times = effect.stretch(confidence)
    low, high = _further(contrast, times)
    return replace(
        contrast,
        low=np.fmin(low, contrast.low),
        high=np.fmax(high, contrast.high),
        p=np.fmax(_p(contrast, part, effect), contrast.p),
        enough=contrast.enough & steady,
        spread=contrast.spread * times**2,
        noise=contrast.noise * float(np.nanmax(times, initial=1.0)) ** 2,
    )


def _further(contrast: Contrast, times: FloatArray) -> Interval:
    with np.errstate(all="ignore"):
        if contrast.kind == "ratio":
            low = contrast.value * (contrast.low / contrast.value) ** times
            high = contrast.value * (contrast.high / contrast.value) ** times
            # Without a hit there is no logarithm: the upper end grows as the effective number shrinks.
            none = ~(contrast.value > 0)
            return np.where(none, contrast.low, low), np.where(none, contrast.high * times**2, high)
        low, high = moved((contrast.low, contrast.value, contrast.high), times)
    what = metric(contrast.metric)
    if what.kind in {"distance", "roc"}:
        return np.maximum(low, 0.0), high
    furthest = _FURTHEST[what.range]
    return np.maximum(low, -furthest), np.minimum(high, furthest)


def _p(contrast: Contrast, part: Grouping, effect: Effect) -> FloatArray:
    if contrast.metric != "option_distance":
        return clustered_p(contrast.p, effect)
    return _chi_square_p(contrast.p, len(part.cube.axis(OPTION).levels) - 1, effect)


def _chi_square_p(p: FloatArray, freedom: int, effect: Effect) -> FloatArray:
    """The p-value whose chi-square shrinks by the design effect (Rao and Scott 1981), read off F."""
    from scipy.special import chdtri, fdtrc  # noqa: PLC0415 - keeps scipy out of the start of the web process

    freedom = max(freedom, 1)
    statistic = chdtri(freedom, np.clip(p, 1e-300, 1.0)) / effect.deff
    return np.asarray(fdtrc(freedom, np.maximum(effect.df, 1.0), statistic / freedom), dtype=np.float64)


def clustered_p(p: FloatArray, effect: Effect) -> FloatArray:
    """The p-value whose normal statistic shrinks by the root of the design effect, read off Student's t."""
    from scipy.special import ndtri, stdtr  # noqa: PLC0415 - keeps scipy out of the start of the web process

    with np.errstate(invalid="ignore"):
        z = np.minimum(-ndtri(np.clip(p, 1e-300, 1.0) / 2), _FURTHEST_Z)
        t = z / np.sqrt(effect.deff)
        return np.asarray(2 * stdtr(np.maximum(effect.df, 1.0), -t), dtype=np.float64)
