"""How much a gap and a share of it move with whole accounts."""

from __future__ import annotations

import numpy as np

from audit.clustering.accounts import BUCKETS, FEWEST
from audit.rows.clusters import Clusters
from audit.rows.gap_shares.composition import composition
from audit.rows.levels import Codes, Levels, Reals


def variance_over_accounts(group: Codes, code: Codes, moved: Reals, n: Reals) -> Reals:
    """Variance of the mean of each group, from each lead's distance to it (``moved``).

    Infinite for a group with fewer than 20 accounts: the variance between so few is not known
    well enough.
    """
    found, place = np.unique(code * n.size + group, return_inverse=True)
    squared = np.bincount(found % n.size, np.bincount(place, moved) ** 2, n.size)
    accounts = np.bincount(found % n.size, minlength=n.size)
    small = accounts / np.maximum(accounts - 1, 1)
    return np.asarray(np.where(accounts < FEWEST, np.inf, squared * small / np.maximum(n, 1) ** 2))


def error_over_accounts(feature: Levels, side: Codes, score: Reals, accounts: Clusters) -> float:
    """Standard error of a feature's share of the gap by leaving out each of 64 random groups of accounts.

    ``side`` is 0 in the group, 1 in its reference, and -1 elsewhere.
    """
    used = np.isfinite(score) & (side >= 0)
    order = np.random.default_rng(0).permutation(int(accounts.code.max(initial=0)) + 1)
    bucket = order[accounts.code[used]] % BUCKETS
    shape = (BUCKETS, 2, feature.size)
    flat = np.ravel_multi_index((bucket, side[used], feature.codes[used]), shape)
    n, total = (
        np.bincount(flat, weight, int(np.prod(shape))).reshape(shape) for weight in (None, score[used])
    )
    there = n.any(axis=(1, 2))
    left, sums = (one.sum(axis=0) - one[there] for one in (n.astype(np.float64), total))
    level = sums.sum(axis=2) / np.maximum(left.sum(axis=2), 1)
    gap = level[:, 0] - level[:, 1]
    shares = composition(left, sums / np.maximum(left, 1))[gap != 0] / gap[gap != 0]
    kept = shares.size
    return float(np.sqrt((kept - 1) / kept * ((shares - shares.mean()) ** 2).sum())) if kept > 1 else 0.0
