"""A feature's levels as one number, learned only from rows that the number is not used on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.rows.clusters import FOLDS
from audit.rows.levels import Codes, Levels, Reals
from audit.rows.separating.separation import PRIOR


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encoding:
    """The mean of a target at each level of a feature, learned from all folds but one or two.

    ``learned`` has shape (5, 5, levels): entry ``[k, j]`` leaves out the folds k and j. A model that
    is tested on fold k is trained on the rows of each fold j with entry ``[k, j]``, and tested with
    ``[k, k]``: no row is encoded by its own target, so a level seen a few times is not learned by
    heart, and a feature with 900 levels has no advantage over one with two.

    References
    ----------
    D. Micci-Barreca (2001). ACM SIGKDD Explorations 3:27; nested as in F. Pargent et al. (2022).
    Computational Statistics 37:2671.
    """

    learned: Reals
    codes: Codes
    fold: Codes

    def at(self, left_out: int) -> Reals:
        """One number per row, for the model that is tested on this fold."""
        table = self.learned[left_out]
        return np.asarray(table.ravel()[self.fold * table.shape[1] + self.codes], dtype=np.float64)

    def tested(self) -> Reals:
        """One number per row, as the model that is tested on the row's own fold sees it."""
        return np.asarray(self.learned[self.fold, self.fold, self.codes], dtype=np.float64)

    def levels(self, left_out: int) -> Reals:
        """The number of each level, for the model that is tested on this fold."""
        return np.asarray(self.learned[left_out, left_out], dtype=np.float64)

    def log_odds(self) -> Encoding:
        """The same for a target of 0 and 1, on the scale on which independent features add up."""
        inside = np.clip(self.learned, 1e-9, 1 - 1e-9)
        return Encoding(learned=np.log(inside / (1 - inside)), codes=self.codes, fold=self.fold)


def encoding(feature: Levels, target: Reals, fold: Codes) -> Encoding:
    """Encode a feature by a target, with one pseudo-row at the mean for every level."""
    cell = fold * feature.size + feature.codes
    shape = (FOLDS, feature.size)
    n = np.bincount(cell, minlength=FOLDS * feature.size).reshape(shape).astype(np.float64)
    total = np.bincount(cell, target, FOLDS * feature.size).reshape(shape).astype(np.float64)
    return Encoding(learned=_smoothed(_left_out(total), _left_out(n)), codes=feature.codes, fold=fold)


def _left_out(per_fold: Reals) -> Reals:
    """Totals without each pair of folds, shape (5, 5, levels)."""
    both = per_fold[:, None] + per_fold[None, :]
    both[np.arange(FOLDS), np.arange(FOLDS)] = per_fold
    return np.asarray(per_fold.sum(axis=0) - both, dtype=np.float64)


def _smoothed(total: Reals, n: Reals) -> Reals:
    rows = n.sum(axis=2, keepdims=True)
    mean = total.sum(axis=2, keepdims=True) / np.maximum(rows, 1)
    smoothed = (total + PRIOR * mean) / (np.maximum(n, 0) + PRIOR)
    # In single precision, as the explanations of trees compute.
    return np.asarray(smoothed.astype(np.float32), dtype=np.float64)
