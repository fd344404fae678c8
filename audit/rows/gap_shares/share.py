"""The share of a score gap that flows through one feature."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from audit.rows.clusters import Clusters
from audit.rows.gap_shares.composition import composition
from audit.rows.gap_shares.over_accounts import error_over_accounts, variance_over_accounts
from audit.rows.levels import Codes, Levels, Reals

REPLICATES = 400
CELLS_AT_ONCE = 2_000_000
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Difference of mean score between a group and its reference, as codes of the attribute."""

    group: int
    reference: int
    value: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """How the interval is drawn: the seed of the bootstrap, the confidence (0.95), and who goes together."""

    seed: int
    confidence: float
    accounts: Clusters | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Part of the gap that goes through the feature (may leave 0..1), with its interval."""

    value: float
    low: float
    high: float


def widest_gap(
    group: Levels, reference: int, score: Reals, confidence: float, code: Codes | None = None
) -> Gap | None:
    """The group whose mean score differs most surely from the reference; None if none does.

    "Most surely" is the largest gap in standard errors: the largest gap itself would be that of
    the smallest group. ``confidence`` is that of each comparison: the caller corrects it for many.
    With ``code``, the accounts, the error is that over accounts.
    """
    known = (group.codes >= 0) & np.isfinite(score)
    n, mean, variance = _moments(group.codes[known], score[known], group.size)
    squared = variance / n
    if code is not None:
        moved = score[known] - mean[group.codes[known]]
        squared = np.maximum(squared, variance_over_accounts(group.codes[known], code[known], moved, n))
    error = np.sqrt(squared + squared[reference])
    gap = mean - mean[reference]
    seen = np.abs(gap) > ROUNDING * np.abs(mean).max()
    surety = np.where(
        seen, np.divide(np.abs(gap), error, out=np.full_like(gap, np.inf), where=error > 0), 0.0
    )
    surety[reference] = 0
    worst = int(np.argmax(surety))
    if surety[worst] <= NormalDist().inv_cdf(0.5 + confidence / 2):
        return None
    return Gap(group=worst, reference=reference, value=float(gap[worst]), error=float(error[worst]))


def share(feature: Levels, group: Levels, score: Reals, gap: Gap, certainty: Certainty) -> Share:
    """The composition effect of the feature's levels, over the gap [1]_.

    ``sum over levels of (share of the group - share of the reference) * mean score of the level``,
    where the mean of a level is the average of its two groups' means. A level that only one of
    them has borrows the within-level gap of the levels that both have, so that a rare level does
    not count as explained. The interval comes from a seeded multinomial bootstrap of the counts,
    with normal errors for the cell means. Accounts widen it about the share, by what a
    jackknife over 64 random groups of them finds more than one over leads would.

    References
    ----------
    .. [1] E. Kitagawa (1955). JASA 50:1168; R. Oaxaca (1973). International Economic Review 14:693.
    """
    n, mean, error = _cells(feature, group, score, gap)
    value = composition(n, mean) / gap.value
    draws = _bootstrap(n, mean, error, certainty.seed)
    if certainty.accounts is not None:
        spread = error_over_accounts(feature, _side(group, gap), score, certainty.accounts)
        draws = value + (draws - value) * max(1.0, spread / max(float(draws.std()), 1e-300))
    tail = (1 - certainty.confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Share(value=float(value), low=float(low), high=float(high))


def _cells(feature: Levels, group: Levels, score: Reals, gap: Gap) -> tuple[Reals, Reals, Reals]:
    """Count, mean score and error of one score, for (group, reference) by level."""
    side = _side(group, gap)
    used = np.isfinite(score) & (side >= 0)
    flat = side[used] * feature.size + feature.codes[used]
    n, mean, variance = _moments(flat, score[used], 2 * feature.size)
    freedom = np.maximum(n - 1, 0).reshape(2, -1)
    within = (variance.reshape(2, -1) * freedom).sum(axis=1) / np.maximum(freedom.sum(axis=1), 1)
    return n.reshape(2, -1), mean.reshape(2, -1), np.sqrt(within)


def _side(group: Levels, gap: Gap) -> Codes:
    """0 in the group, 1 in its reference, -1 elsewhere."""
    return np.where(group.codes == gap.group, 0, np.where(group.codes == gap.reference, 1, -1))


def _moments(codes: Codes, score: Reals, size: int) -> tuple[Reals, Reals, Reals]:
    n = np.bincount(codes, minlength=size).astype(np.float64)
    mean = np.bincount(codes, weights=score, minlength=size) / np.maximum(n, 1)
    deviation = np.bincount(codes, weights=(score - mean[codes]) ** 2, minlength=size)
    return n, mean, deviation / np.maximum(n - 1, 1)


def _bootstrap(n: Reals, mean: Reals, error: Reals, seed: int) -> Reals:
    """Replicates of the share: new counts within each side, new cell means, their own gap."""
    random = np.random.default_rng(seed)
    at_once = max(1, CELLS_AT_ONCE // n.size)
    sizes = [min(at_once, REPLICATES - done) for done in range(0, REPLICATES, at_once)]
    return np.concatenate([_replicates(n, mean, error, random, size) for size in sizes])


def _replicates(n: Reals, mean: Reals, error: Reals, random: np.random.Generator, size: int) -> Reals:
    drawn = np.stack([random.multinomial(int(side.sum()), side / side.sum(), size) for side in n], axis=1)
    counts = drawn.astype(np.float64)
    noise = random.standard_normal(counts.shape) * error[:, None] / np.sqrt(np.maximum(counts, 1))
    means = mean + noise
    level = (counts * means).sum(axis=-1) / counts.sum(axis=-1)
    gap = level[:, 0] - level[:, 1]
    return np.asarray(composition(counts, means)[gap != 0] / gap[gap != 0])
