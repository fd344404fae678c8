"""Leads counted by account, level and group: what is alike within accounts widens errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.rows.clusters import Clusters, by_account
from audit.rows.levels import Codes, Levels, Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """One entry per account, level and group that has a lead: its codes, its fold and its ``n`` leads."""

    account: Codes
    level: Codes
    group: Codes
    fold: Codes
    n: Reals

    def design_effect(self) -> float:
        """How much larger Pearson's statistic of level and group is by chance than for independent leads.

        First-order correction of Rao and Scott (1984), Annals of Statistics 12:46, under
        independence: products of the centred indicators summed within accounts, over those of single leads.
        """
        p, q = (np.bincount(code, self.n) / self.n.sum() for code in (self.level, self.group))
        level, group = 1 / p[self.level], 1 / q[self.group]
        alone = float((self.n * (level - 1) * (group - 1)).sum())
        together = (
            float((self.n**2 * level * group).sum())
            - self._squares(self.level, 1 / np.maximum(p, 1e-300))
            - self._squares(self.group, 1 / np.maximum(q, 1e-300))
            + self._squares(np.zeros_like(self.level), np.ones(1))
        )
        return max(together / alone, 1.0) if alone > 0 else 1.0

    def variance(self, target: int, fold: int, moves: tuple[Reals, Reals]) -> float:
        """Variance over accounts of an AUC of a fold, from the moves of a lead in and outside the target."""
        here = self.fold == fold
        up, down = (one[self.level[here]] for one in moves)
        each = by_account(self.n[here] * np.where(self.group[here] == target, up, down), self.account[here])
        return float((each**2).sum())

    def _squares(self, code: Codes, weight: Reals) -> float:
        """Sum over accounts and codes of the squared number of leads, weighted by code."""
        key = self.account * weight.size + code
        found, place = np.unique(key, return_inverse=True)
        return float((np.bincount(place, self.n) ** 2 * weight[found % weight.size]).sum())


def cells(feature: Levels, group: Levels, accounts: Clusters) -> Cells:
    """The cells of the leads whose group is known."""
    known = group.codes >= 0
    each = (accounts.code[known] * feature.size + feature.codes[known]) * group.size + group.codes[known]
    found, n = np.unique(each, return_counts=True)
    account = found // (feature.size * group.size)
    fold_of = np.zeros(int(accounts.code.max(initial=0)) + 1, dtype=np.int64)
    fold_of[accounts.code] = accounts.fold
    return Cells(
        account=account,
        level=found // group.size % feature.size,
        group=found % group.size,
        fold=fold_of[account],
        n=n.astype(np.float64),
    )
