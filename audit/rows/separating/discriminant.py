"""How well several features together give one group away, on rows that were not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray
from audit.rows.clusters import FOLDS, Clusters
from audit.rows.levels import Codes, Levels, Reals
from audit.rows.separating.encoding import encoding
from audit.rows.separating.separation import fold_auc

LEARNED_ON = 10_000
"""At most so many leads of the group, and of the rest, are looked at: an AUC does not depend on their mix."""

SHARED = 1 / FOLDS + 1 / (FOLDS - 1)
"""Variance of a mean over folds that share rows in learning, in variances of one fold [2]_ below."""

SHARED_BY_CHANCE = 3 / FOLDS
"""The same where nothing is to be found.

Chance agreement of two folds raises the AUC of both (factor 2 / folds), and once more because the
weights of the features are learned from it: with many levels and features the factor nears 3 / folds.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Held-out AUC, its variance, and its variance if the features told nothing."""

    auc: float
    variance: float
    null_variance: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """One group against the rest: the features encoded, and who belongs to it.

    ``encoded`` has shape (5, leads, features): entry k is for the model that is tested on fold k.
    ``account`` is None where leads are independent. ``pairs`` are the features behind the last columns,
    for the model that is tested on each fold (`audit.rows.separating.pairs`); ``rows`` the leads' places.
    """

    encoded: Reals
    target: Reals
    fold: Codes
    account: Codes | None
    rows: Codes
    pairs: tuple[tuple[tuple[int, int], ...], ...] = ()

    @property
    def tested(self) -> Reals:
        """Leads x features as they are seen in the test."""
        return np.asarray(self.encoded[self.fold, np.arange(self.target.size)], dtype=np.float64)


def task(
    features: Sequence[Levels], group: Levels, target: int, order: Codes, accounts: Clusters | None
) -> Task:
    """Leads of the group and of the rest, up to 10,000 of each in this order, encoded by log-odds."""
    codes = group.codes[order]
    sides = [order[codes == target][:LEARNED_ON], order[(codes != target) & (codes >= 0)][:LEARNED_ON]]
    rows = np.concatenate(sides)
    belongs = np.repeat([1.0, 0.0], [side.size for side in sides])
    fold = (
        accounts.fold[rows] if accounts else np.concatenate([np.arange(side.size) % FOLDS for side in sides])
    )
    columns = [
        encoding(Levels(codes=one.codes[rows], names=one.names), belongs, fold).log_odds() for one in features
    ]
    encoded = np.stack([np.column_stack([one.at(k) for one in columns]) for k in range(FOLDS)])
    account = accounts.code[rows] if accounts else None
    return Task(encoded=encoded, target=belongs, fold=fold, account=account, rows=rows)


def held_out(one: Task, chosen: Sequence[int]) -> Held:
    """Fisher's linear discriminant [1]_ on the encoded features, tested by fold and averaged.

    The interval is DeLong's per fold; ``null_variance`` is that of the Mann-Whitney statistic with
    ties. Both are widened for the rows that the folds share in learning [2]_.

    References
    ----------
    .. [1] R. Fisher (1936). Annals of Eugenics 7:179.
    .. [2] C. Nadeau, Y. Bengio (2003). Machine Learning 52:239.
    """
    found = []
    for k in range(FOLDS):
        learn, test = one.fold != k, one.fold == k
        if not 0 < one.target[learn].sum() < learn.sum():
            continue
        columns = one.encoded[k][:, list(chosen)]
        told = columns[test] @ _direction(columns[learn], one.target[learn])
        target = one.target[test]
        auc = fold_auc(told, target, 1 - target)
        if auc is not None:
            effect = _effect(one, test, told, auc[1])
            found.append((auc[0], auc[1] * effect, _null_variance(told, target) * effect))
    if not found:
        return Held(auc=0.5, variance=0.25, null_variance=0.25)
    auc, variance, null = np.mean(found, axis=0).tolist()
    return Held(auc=auc, variance=variance * SHARED, null_variance=null * SHARED_BY_CHANCE)


def _direction(columns: Reals, target: Reals) -> Reals:
    centred, y = columns - columns.mean(axis=0), target - target.mean()
    spread = centred.T @ centred
    # Shrunk as if each feature had one further row per row: a few leads cannot tune many features.
    size = float(np.trace(spread)) / max(columns.shape[1], 1)
    ridge = size * (columns.shape[1] / columns.shape[0]) + 1e-12
    return np.asarray(
        np.linalg.solve(spread + ridge * np.eye(columns.shape[1]), centred.T @ y), dtype=np.float64
    )


def _effect(one: Task, test: BoolArray, told: Reals, alone: float) -> float:
    """DeLong's variance over accounts, in that over leads (``alone``); at least 1."""
    if one.account is None or not alone > 0:
        return 1.0
    over_accounts = fold_auc(told, one.target[test], 1 - one.target[test], one.account[test])
    return max(over_accounts[1] / alone, 1.0) if over_accounts else 1.0


def _null_variance(told: Reals, target: Reals) -> float:
    n, positive = target.size, float(target.sum())
    ties = np.unique(told.round(12), return_counts=True)[1].astype(np.float64)
    tied = float((ties**3 - ties).sum()) / (n * (n - 1))
    return max(n + 1 - tied, 0.0) / (12 * positive * (n - positive))
