"""Intervals of two sides whose leads come in accounts: wider by the design effect of their rates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audit.arrays import FloatArray
from audit.clustering.effect import DesignEffects, moved
from audit.compat.column import Column, column
from audit.compat.names import CLARIFY
from audit.compat.sides import Sides

_POSITIVE = frozenset({"KL", "JS", "LP", "TVD", "KS", "DI"})
_UNBOUNDED = frozenset({"DCA", "DCR", "TE"})


def widened(
    found: Mapping[str, Column], of: Sides, effects: DesignEffects | None, confidence: float
) -> dict[str, Column]:
    """The columns with the intervals of clustered leads; as they are without effects.

    Ends move away from the value by the larger stretch of both sides; that of the rest is the mean of its
    groups by leads, so that a handful of leads does not widen all. What has no effect of its own (a distance,
    say) has that of the rate of its answer.
    """
    if effects is None:
        return dict(found)
    made = {}
    for name, one in found.items():
        times = _stretch(name, of, effects, confidence)
        made[name] = one if times is None else _moved(name, one, times)
    return made


def _stretch(name: str, of: Sides, effects: DesignEffects, confidence: float) -> FloatArray | None:
    what = CLARIFY[name]
    rate = "base_rate" if what.stage == "pre" else "selection_rate"
    names = ("group_share",) if name == "CI" else (what.metric, rate)
    found = (effects.of(of.part.attributes, metric) for metric in names)
    effect = next((one for one in found if one is not None), None)
    if effect is None:
        return None
    # Where accounts are too few to say, the interval stays as it is.
    times = np.nan_to_num(np.maximum(effect.stretch(confidence), 1.0), nan=1.0, posinf=1.0)
    other = _of_the_rest(of, times) if of.reference is None else times[of.reference]
    return np.asarray(np.maximum(times[of.place], other), dtype=np.float64)


def _of_the_rest(of: Sides, times: FloatArray) -> FloatArray:
    """Root of the mean squared stretch of all other known groups, by their leads; 1 where there is none."""
    leads = np.where(of.part.known, of.part.count(), 0)
    squared, own = leads * times**2, of.place
    rest = np.maximum(leads.sum() - leads[own], 1)
    return np.asarray(np.sqrt(np.maximum((squared.sum() - squared[own]) / rest, 1.0)), dtype=np.float64)


def _moved(name: str, one: Column, times: FloatArray) -> Column:
    with np.errstate(invalid="ignore"):
        low, high = moved((one.low, one.value, one.high), times)
    if name in _POSITIVE:
        low = np.maximum(low, 0.0)
    elif name not in _UNBOUNDED:
        low, high = np.maximum(low, -1.0), np.minimum(high, 1.0)
    return column((one.value, low, high), one.n, one.undefined)
