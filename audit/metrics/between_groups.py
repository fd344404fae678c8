"""Generalised entropy of the benefits of decisions, split into what lies between groups and within them.

The benefit of a lead is 0 where it was wrongly passed over, 1 where the decision was right and 2 where it
was wrongly selected. Between and within add up to the index of all leads, exactly.

References
----------
T. Speicher et al. (2018). A unified approach to quantifying algorithmic unfairness. KDD 2239-2248.
J. Steiger (2004). Psychological Methods 9:164 (interval by the noncentral distribution, which can be 0).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.estimate import Estimate
from audit.intervals import quantile, wilson
from audit.metrics.confusion import Counts
from audit.metrics.differential import Named

BENEFITS = np.array([0.0, 1.0, 2.0])
FAR = 2000.0
SURE = 5.0
"""Noncentrality at which the delta method counts for one half."""
NO_GROUPS = "fewer than two known groups have a lead with both a decision and an outcome"
NO_BENEFIT = "every lead with a known outcome was wrongly passed over"
ZERO_GROUP = (
    "of one group every lead was wrongly passed over, and the logarithm of a mean benefit of 0 has no value"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Benefits:
    """Leads by group and benefit (0, 1, 2), as shares of all; mean benefits; and how many leads."""

    shares: FloatArray
    n: int

    @property
    def weight(self) -> FloatArray:
        """Part of all leads that each group is."""
        return np.asarray(self.shares.sum(axis=1), dtype=np.float64)

    @property
    def means(self) -> FloatArray:
        """Mean benefit of each group."""
        return np.asarray(self.shares @ BENEFITS / self.weight, dtype=np.float64)

    @property
    def mean(self) -> float:
        """Mean benefit of all leads."""
        return float((self.shares @ BENEFITS).sum())

    @property
    def within(self) -> float:
        """Variance of the benefits within groups."""
        return float((self.shares * (BENEFITS - self.means[:, None]) ** 2).sum())


def entropies(found: Counts, known: BoolArray, confidence: float) -> tuple[Named, ...]:
    """Entropy between groups for alpha 2, 1 and 0, and within groups for alpha 2 and 1."""
    cells = np.stack([found.fn, found.tp + found.tn, found.fp], axis=1).astype(np.float64)[known]
    cells = cells[cells.sum(axis=1) > 0]
    names = ("between_group_entropy", "between_group_theil", "between_group_log_deviation")
    inner = ("within_group_entropy", "within_group_theil")
    total = cells.sum()
    reason = NO_GROUPS if len(cells) < 2 else NO_BENEFIT if not (cells @ BENEFITS).any() else None
    if reason is not None:
        return tuple((name, Estimate.missing(reason, int(total))) for name in (*names, *inner))
    benefits = _Benefits(shares=cells / total, n=int(total))
    between = zip(names, zip(_between(benefits), _slopes(benefits), strict=True), strict=True)
    within = zip(inner, _within(benefits), strict=True)
    return (
        *((name, _outer(*value, benefits, confidence)) for name, value in between),
        *((name, _inner(*value, benefits, confidence)) for name, value in within),
    )


def _between(of: _Benefits) -> tuple[float, float, float]:
    """Index between groups for alpha 2, 1 and 0; infinite where a group has no benefit at all."""
    relative = of.means / of.mean
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.log(relative)
        second = float((of.weight * (relative - 1) ** 2).sum() / 2)
        first = float((of.weight * np.where(relative > 0, relative * logarithm, 0.0)).sum())
        zeroth = float(-(of.weight * logarithm).sum())
    return second, max(first, 0.0), max(zeroth, 0.0)


def _within(of: _Benefits) -> tuple[tuple[float, FloatArray], tuple[float, FloatArray]]:
    """Index within groups for alpha 2 and 1, each with the influence of a lead by group and benefit."""
    mean, spread = of.mean, of.within
    second = ((BENEFITS - of.means[:, None]) ** 2 / 2 - spread * BENEFITS / mean) / mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(of.means > 0, np.log(of.means), 0.0)[:, None]
        information = np.where(BENEFITS > 0, BENEFITS * np.log(BENEFITS), 0.0)
    inner = information - BENEFITS * (own + 1) + of.means[:, None]
    first = float((of.shares * (information - BENEFITS * own)).sum() / mean)
    return (spread / 2 / mean**2, second), (max(first, 0.0), (inner - first * BENEFITS) / mean)


def _slopes(of: _Benefits) -> tuple[FloatArray, FloatArray, FloatArray]:
    """How a benefit of each group moves the index between groups, for alpha 2, 1 and 0."""
    means, mean = of.means, of.mean
    with np.errstate(divide="ignore"):
        logarithm = np.where(means > 0, np.log(means / mean), 0.0)
        second = means / mean**2 - float(of.weight @ means**2) / mean**3
        first = (logarithm - float((of.weight * means) @ logarithm) / mean) / mean
        return second, first, 1 / mean - 1 / means


def _outer(value: float, slope: FloatArray, of: _Benefits, confidence: float) -> Estimate:
    """Interval by the noncentral chi-square of the groups' mean benefits: it can reach 0.

    Its unit is that of equally spread groups near 0; the further the index lies from 0, the more that of
    the delta method, which knows the spread of every group and that the mean of all leads moves as well.
    """
    if not np.isfinite(value):
        return Estimate.missing(ZERO_GROUP, of.n)
    second, df = _between(of)[0], len(of.weight) - 1.0
    # Two more leads on either side, as for a proportion: no spread within groups may be chance.
    spread = (of.n * of.within + 2) / (of.n + 4)
    unit = spread / (2 * of.n * of.mean**2)
    if value > 0 and second > 0:
        unit *= value / second
        beyond = max(value / unit - df, 0.0)
        unit *= 1 + (_variance(slope, of) / (4 * value * unit) - 1) * beyond / (beyond + SURE)
    low, high = _noncentrality(value / unit, df, confidence)
    return Estimate(value=value, low=min(low * unit, value), high=max(high * unit, value), n=of.n)


def _variance(slope: FloatArray, of: _Benefits) -> float:
    """Squared standard error of the index by the delta method, the sizes of the groups being given."""
    leads = of.weight * of.n
    own = (of.shares * (BENEFITS - of.means[:, None]) ** 2).sum(axis=1) * of.n
    return float((of.weight * slope**2 * (own + 2) / (leads + 4)).sum() / of.n)


def _noncentrality(x: float, df: float, confidence: float) -> tuple[float, float]:
    """Interval of the noncentrality of a chi-square statistic."""
    from scipy.special import chndtr, chndtrinc  # noqa: PLC0415 - keeps scipy out of the start of the web process

    if x > FAR:
        root, z = float(np.sqrt(x)), quantile(confidence)
        return max(root - z, 0.0) ** 2, (root + z) ** 2
    tails = ((1 + confidence) / 2, (1 - confidence) / 2)
    ends = [float(chndtrinc(x, df, tail)) if chndtr(x, df, 0.0) > tail else 0.0 for tail in tails]
    return ends[0], max(ends[1], quantile(confidence) ** 2)


def _inner(value: float, influence: FloatArray, of: _Benefits, confidence: float) -> Estimate:
    centre = (of.shares * influence).sum()
    error = float(np.sqrt((of.shares * (influence - centre) ** 2).sum() / of.n))
    if value <= 0 or error <= 0:
        missed = wilson(np.zeros(1), np.full(1, float(of.n)), confidence)[1][0]
        return Estimate(value=max(value, 0.0), low=0.0, high=max(float(missed), value), n=of.n)
    factor = float(np.exp(min(quantile(confidence) * error / value, 50.0)))
    return Estimate(value=value, low=value / factor, high=value * factor, n=of.n)
