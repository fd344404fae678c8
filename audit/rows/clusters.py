"""Leads of one account are not independent: they go to one fold together, and move an error together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.clustering.accounts import FEWEST, accounts_of
from audit.rows.levels import Codes, Reals

FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clusters:
    """The account of each row as a code, and the fold that the whole account is in."""

    code: Codes
    fold: Codes

    @property
    def too_few(self) -> bool:
        """Fewer than 20 accounts: what differs between so few is not known well enough."""
        return np.unique(self.code).size < FEWEST

    def at(self, rows: Codes) -> Clusters:
        """The same for these rows."""
        return Clusters(code=self.code[rows], fold=self.fold[rows])


def clusters(table: pa.Table, seed: int) -> Clusters | None:
    """The accounts of a table dealt to five folds; None where the stream names no account column.

    A lead whose colleague was learned from is not held out: what they share would be learned by heart.
    """
    accounts = accounts_of(table, seed)
    if accounts is None:
        return None
    dealt = np.random.default_rng(seed).permutation(accounts.total) % FOLDS
    return Clusters(code=accounts.code, fold=dealt[accounts.code])


def by_account(moves: Reals, code: Codes | None) -> Reals:
    """How far each account moves an estimate, from how far its leads do (the rows; one column or many).

    The squares of the rows add up to the variance. Sums within accounts make it robust to whatever
    leads of one account have in common. Without accounts each lead is its own.

    References
    ----------
    K. Liang, S. Zeger (1986). Biometrika 73:13; C. Cameron, D. Miller (2015). J. Human Resources 50:317.
    """
    if code is None or not code.size:
        return moves
    place = np.unique(code, return_inverse=True)[1]
    count = int(place.max()) + 1
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(count))
    summed = np.add.reduceat(moves[order], starts, axis=0)
    return np.asarray(summed * np.sqrt(count / max(count - 1, 1)), dtype=np.float64)


def variance_of_mean(values: Reals, code: Codes | None) -> Reals:
    """Variance of the mean of each column, whole accounts as the units; a single one counts as one lead."""
    if code is not None and np.all(code == code[:1]):
        return np.asarray(values.var(axis=0), dtype=np.float64)
    centred = (values - values.mean(axis=0)) / values.shape[0]
    moved = by_account(centred, code)
    bessel = values.shape[0] / max(values.shape[0] - 1, 1) if code is None else 1.0
    return np.asarray((moved**2).sum(axis=0) * bessel, dtype=np.float64)
