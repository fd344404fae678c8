"""Outcome metrics of all leads, when the outcomes of some are not seen.

Each metric is a ratio of two counts of the confusion matrix, taken over *all* leads of a group. An
unseen outcome is completed in one of two ways: at random within the leads that are alike (same band
of the score, same decision, same controls), or, where nothing is known of any such lead or the worst
case is asked for, so as to move the metric as far as it goes. The ends are sharp: every ratio moves in
one direction with the outcomes of selected leads, and in one direction with those of the others.

References
----------
C. Manski (1989). Journal of Human Resources 24:343. P. Rosenbaum, D. Rubin (1983). Biometrika 70:41
(strata instead of weights). A. Coston, A. Rambachan, A. Chouldechova (2021), ICML, arXiv:2101.00352
(fairness under selective labels).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.registry import METRICS, Metric
from audit.unseen.region import End, Region, share_end

METRIC_IDS = (
    "base_rate",
    "true_positive_rate",
    "false_positive_rate",
    "precision",
    "negative_predictive_value",
    "accuracy",
)
_PRIOR = 2.0
# What a positive and a negative outcome are called under each state of the decision.
_CELLS = (("tp", "fp"), ("fn", "tn"), (None, None))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """Per stratum: its group, its decision, leads with a positive, a negative and an unseen outcome."""

    group: IntArray
    groups: int
    state: IntArray
    won: FloatArray
    lost: FloatArray
    unseen: FloatArray
    unworked: FloatArray

    @property
    def known(self) -> FloatArray:
        """Leads with a usable outcome."""
        return self.won + self.lost

    def total(self, values: FloatArray) -> FloatArray:
        """Sum over the strata of each group."""
        return sum_by(self.group, values, self.groups)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """What a positive and a negative outcome add to the numerator and the denominator, per stratum."""

    won_above: FloatArray
    lost_above: FloatArray
    won_below: FloatArray
    lost_below: FloatArray

    @property
    def rises(self) -> BoolArray:
        """Whether a positive outcome instead of a negative one raises the metric, whatever its value."""
        gain = (self.won_above - self.lost_above) - 0.5 * (self.won_below - self.lost_below)
        return np.asarray(gain > 0, dtype=np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Completed:
    """The region of a metric for every group, and the leads behind it."""

    region: Region
    n: FloatArray
    missing: FloatArray
    unworked: FloatArray
    unsupported: FloatArray


def weights(metric: Metric, state: IntArray) -> Weights:
    """The weights of a metric of the registry."""

    def share(parts: tuple[str, ...], side: int) -> FloatArray:
        always = "known" in parts or ("converted" in parts and side == 0)
        return np.array([float(always or cells[side] in parts) for cells in _CELLS])[state]

    return Weights(
        won_above=share(metric.numerator, 0),
        lost_above=share(metric.numerator, 1),
        won_below=share(metric.denominator, 0),
        lost_below=share(metric.denominator, 1),
    )


def completed(name: str, seen: Seen, *, at_random: bool) -> Completed:
    """Both ends of a metric over all leads of every group."""
    weight = weights(METRICS[name], seen.state)
    supported = (seen.known > 0) if at_random else np.zeros(len(seen.known), dtype=np.bool_)
    counted = np.maximum(weight.won_below, weight.lost_below) * seen.unseen
    lower, upper = (_end(seen, weight, supported, up=up) for up in (False, True))
    return Completed(
        region=Region(lower=_or(lower, upper), upper=_or(upper, lower)),
        n=seen.total(weight.won_below * seen.won + weight.lost_below * seen.lost),
        missing=seen.total(counted),
        unworked=seen.total(np.maximum(weight.won_below, weight.lost_below) * seen.unworked),
        unsupported=seen.total(np.where(supported, 0.0, counted)) if at_random else np.zeros(seen.groups),
    )


def _or(end: End, other: End) -> End:
    """Where no completion at this end gives a value, every one that does gives that of the other end."""
    none = np.isnan(end.value)
    return End(
        value=np.where(none, other.value, end.value),
        variance=np.where(none, other.variance, end.variance),
        n=np.where(none, other.n, end.n),
    )


def _end(seen: Seen, weight: Weights, supported: BoolArray, *, up: bool) -> End:
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(supported, seen.won / np.maximum(seen.known, 1), weight.rises == up)
        won, lost = seen.won + seen.unseen * rate, seen.lost + seen.unseen * (1 - rate)
        above = seen.total(weight.won_above * won + weight.lost_above * lost)
        below = seen.total(weight.won_below * won + weight.lost_below * lost)
        value = np.where(below > 0, above / below, np.nan)
        if not supported.any():
            return share_end(value, below)
        variance = _spread(seen, weight, supported, np.where(np.isnan(value), 0.0, value), rate) / below**2
    return share_end(value, below, variance)


def _spread(
    seen: Seen, weight: Weights, supported: BoolArray, value: FloatArray, rate: FloatArray
) -> FloatArray:
    """Sum of the squared influences of all leads on numerator minus value times denominator.

    A seen lead stands for itself and for its part of the unseen ones of its stratum. The rate of a
    stratum is drawn towards that of its group by two leads: with one seen lead it has no spread of
    its own.
    """
    of_group = value[seen.group]
    won = weight.won_above - of_group * weight.won_below
    lost = weight.lost_above - of_group * weight.lost_below
    overall = (seen.total(seen.won) + _PRIOR) / (seen.total(seen.known) + 2 * _PRIOR)
    drawn = (seen.won + _PRIOR * overall[seen.group]) / (seen.known + _PRIOR)
    carried = np.where(supported, seen.unseen / np.maximum(seen.known, 1), 0.0) * (won - lost)
    settled = np.where(supported, drawn, rate)
    return seen.total(
        seen.known * drawn * (won + carried * (1 - drawn)) ** 2
        + seen.known * (1 - drawn) * (lost - carried * drawn) ** 2
        + seen.unseen * (settled * won + (1 - settled) * lost) ** 2
    )
