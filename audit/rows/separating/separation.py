"""How well the levels of a feature give a group away on rows that were not learned from."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from audit.rows.clusters import FOLDS, Clusters, by_account
from audit.rows.levels import Codes, Levels, Reals
from audit.rows.separating.account_cells import Cells, cells

MOST_GROUPS = 20
PRIOR = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """Held-out AUC with its interval, and the p-value of independence; None without two groups."""

    auc: float
    low: float
    high: float
    p: float


def separation(
    feature: Levels, group: Levels, fold: Codes, confidence: float, accounts: Clusters | None = None
) -> Separation | None:
    """How well a feature predicts the group, one group against the rest, averaged over groups.

    Per fold, each level is scored with the share of the group among the *other* folds, and ranked
    on this fold; AUCs of the folds are averaged, not pooled, so that a feature that tells nothing
    gets 0.5 whatever its number of levels. The interval is DeLong's per fold [1]_, widened for the
    rows that the folds share in learning [2]_. With ``accounts`` the folds are theirs (``fold`` is not
    looked at), DeLong's variance is over accounts [3]_, and so is the test's [4]_.

    References
    ----------
    .. [1] E. DeLong, D. DeLong, D. Clarke-Pearson (1988). Biometrics 44:837.
    .. [2] C. Nadeau, Y. Bengio (2003). Machine Learning 52:239.
    .. [3] N. Obuchowski (1997). Biometrics 53:567.
    .. [4] J. Rao, A. Scott (1984). Annals of Statistics 12:46.
    """
    counts = tally(feature, group, accounts.fold if accounts else fold)
    if group.size < 2 or np.count_nonzero(counts.sum(axis=(0, 1))) < 2:
        return None
    shared = cells(feature, group, accounts) if accounts else None
    auc, variance = _macro(counts, shared)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * np.sqrt(variance)
    return Separation(
        auc=auc,
        low=max(0.0, float(auc - half)),
        high=min(1.0, float(auc + half)),
        p=independence(counts.sum(axis=0), shared.design_effect() if shared else 1.0),
    )


def surely_tells(low: float, p_adjusted: float, confidence: float) -> bool:
    """Whether something surely tells of the group.

    The held-out AUC must lie above 0.5 with its interval, and independence be rejected after
    correction.
    """
    return low > 0.5 and p_adjusted < 1 - confidence


def tally(feature: Levels, group: Levels, fold: Codes) -> Reals:
    """Counts by fold, feature level and group, shape (5, levels, groups)."""
    # Leads without a group have a column of their own, which is left out: faster than to leave them out.
    shape = (FOLDS, feature.size, group.size + 1)
    flat = (fold * feature.size + feature.codes) * shape[2] + group.codes + 1
    counts = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
    return counts[..., 1:].astype(np.float64, order="C")


def independence(counts: Reals, effect: float = 1.0) -> float:
    """P-value of no association in a table of counts, exact in its first two moments.

    ``effect`` is how many times as large as for independent leads the statistic is by chance.

    Pearson's statistic, referred to the gamma distribution with its mean and variance under fixed
    margins, which stays honest for sparse tables where the usual reference does not.

    References
    ----------
    R. Dawson (1954). Biometrika 41:280; T. Lewis, I. Saunders, M. Westcott (1984). Biometrika 71:515.
    """
    from scipy.special import gammaincc  # noqa: PLC0415 - slow to import

    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(table.shape) < 2 or table.sum() < 4:
        return 1.0
    mean, variance = _null_moments(table)
    if variance <= 0:
        return 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum()) / effect
    return float(gammaincc(mean**2 / variance, statistic * mean / variance))


def _null_moments(table: Reals) -> tuple[float, float]:
    n, rows, columns = float(table.sum()), *table.shape
    v1, v2 = ((k - 1) * (n - k) / (n - 1) for k in (rows, columns))
    w1, w2 = (
        (float((n / margin).sum()) - margin.size**2) / (n - 2)
        for margin in (table.sum(axis=1), table.sum(axis=0))
    )
    mean = n / (n - 1) * (rows - 1) * (columns - 1)
    return mean, 2 * n / (n - 3) * (v1 - w1) * (v2 - w2) + n**2 / (n - 1) * w1 * w2


def _macro(counts: Reals, shared: Cells | None) -> tuple[float, float]:
    """AUC averaged over groups; their errors are taken as fully dependent, which is cautious."""
    largest = np.argsort(-counts.sum(axis=(0, 1)), kind="stable")[:MOST_GROUPS]
    targets = largest[:1] if counts.shape[2] == 2 else largest
    each = [_one_against_rest(counts, int(target), shared) for target in targets]
    aucs, variances = np.asarray(each).T
    return float(aucs.mean()), float(np.sqrt(variances).mean() ** 2)


def _one_against_rest(counts: Reals, target: int, shared: Cells | None) -> tuple[float, float]:
    """Mean over folds of the AUC, and its variance."""
    positive, total = counts[..., target], counts.sum(axis=2)
    base = positive.sum() / total.sum()
    others = positive.sum(axis=0) - positive
    learned = (others + PRIOR * base) / (total.sum(axis=0) - total + PRIOR)
    folds = [_moved(*fold) for fold in zip(learned, positive, total - positive, strict=True)]
    usable = {k: one for k, one in enumerate(folds) if one is not None}
    if not usable:
        return 0.5, 0.25
    each = [
        shared.variance(target, k, (one.up, one.down)) if shared else one.variance(positive[k], total[k])
        for k, one in usable.items()
    ]
    share_of_learning = 1 / len(usable) + 1 / (FOLDS - 1)
    return float(np.mean([one.auc for one in usable.values()])), float(np.mean(each)) * share_of_learning


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Moved:
    """An AUC, and how far one lead of the group (``up``) and of the rest (``down``) moves it, by level."""

    auc: float
    up: Reals
    down: Reals

    def variance(self, positive: Reals, total: Reals) -> float:
        """DeLong's, of independent leads."""
        negative = total - positive
        n, m = positive.sum(), negative.sum()
        one, other = (positive * self.up**2).sum(), (negative * self.down**2).sum()
        return float(one * n / (n - 1) + other * m / (m - 1))


def _moved(learned: Reals, positive: Reals, negative: Reals) -> _Moved | None:
    """AUC of one fold from counts per level; None with one class only."""
    place = np.unique(learned.round(12), return_inverse=True)[1]
    up, down = np.bincount(place, weights=positive), np.bincount(place, weights=negative)
    n, m = up.sum(), down.sum()
    if n < 2 or m < 2:
        return None
    beats = (np.cumsum(down) - down / 2) / m
    beaten = 1 - (np.cumsum(up) - up / 2) / n
    auc = float((up * beats).sum() / n)
    return _Moved(auc=auc, up=((beats - auc) / n)[place], down=((beaten - auc) / m)[place])


def fold_auc(
    learned: Reals, positive: Reals, negative: Reals, code: Codes | None = None
) -> tuple[float, float] | None:
    """AUC of one fold from counts per level, with DeLong's variance; None with one class only.

    With ``code``, the accounts, each level is one lead, and the variance is over accounts.
    """
    moved = _moved(learned, positive, negative)
    if moved is None:
        return None
    if code is None:
        return moved.auc, moved.variance(positive, positive + negative)
    each = by_account(positive * moved.up + negative * moved.down, code)
    return moved.auc, float((each**2).sum())
