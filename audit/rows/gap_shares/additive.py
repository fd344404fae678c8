"""What each feature adds to a score, all features and the group at once, and what that makes of the gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.rows.clusters import by_account
from audit.rows.gap_shares.coarse import coarse
from audit.rows.levels import Codes, Levels, Reals

RIDGE = 0.01
"""In leads per level: it shares what two equal fields carry evenly, and is felt nowhere else."""
LEAST_ALONE = 5.0
"""With fewer leads' worth of the group left untold by the features, they are its other name."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """The parts of a gap: one per feature in score points, with the covariance of them and the gap.

    ``covariance`` has shape (features + 1, features + 1); its last row belongs to the gap.
    ``fidelity`` is the adjusted R-squared of the additive model.
    """

    gap: float
    values: Reals
    covariance: Reals
    fidelity: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Design:
    """Levels of all features as columns of 0 and 1, to be centred by subtracting their ``mean``.

    ``place`` (leads x features) is the column of each lead's level.
    """

    columns: Any
    mean: Reals
    place: Codes
    owner: Codes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """Effects of the levels and of the group, and how lead by lead errors move the parts."""

    effects: Reals
    residual: Reals
    moves: Reals


def parts(features: Sequence[Levels], side: Reals, score: Reals, account: Codes | None = None) -> Parts:
    """Gelbach's decomposition of the gap in mean score between side 1 and side 0.

    The score is regressed on the levels of all features and on the group at once. The part of a
    feature is the difference of its mean effect between the groups: what the coefficient of the
    group loses by it. The parts do not depend on an order of the features, and with what the group
    keeps they are the gap. A feature that goes with the group but not with the score, or with
    the score but not with the group, has the part 0. Errors are robust to unequal spread, and count
    both the effects and the make-up of the groups as estimated. With ``account``, the account of each
    lead, they are robust to whatever leads of one account have in common.

    Where the features give the group away completely, nothing can be told apart from them: the
    whole gap is theirs.

    References
    ----------
    J. Gelbach (2016). Journal of Labor Economics 34:509; B. Jann (2008). Stata Journal 8:453.
    """
    scale = float(score.std())
    y = (score - score.mean()) / scale
    design = _design(coarse(features, side))
    fit = _fit(design, side - side.mean(), y)
    by_lead = fit.effects[design.place]
    # Levels of a feature sum to 1: each feature has one free level less than it has levels.
    free = int(np.count_nonzero(design.mean)) - len(features)
    spare = max(side.size - free - 2, 1)
    errors = fit.moves * (fit.residual * np.sqrt(side.size / spare))[:, None] + _difference(by_lead, side)
    both = by_account(np.column_stack([errors, _difference(y[:, None], side)]), account)
    every = _by_side(np.column_stack([by_lead, y]), side)
    return Parts(
        gap=float(every[-1]) * scale,
        values=every[:-1] * scale,
        covariance=both.T @ both * scale**2,
        fidelity=1 - float((fit.residual**2).mean()) * (side.size - 1) / spare,
    )


def _by_side(values: Reals, side: Reals) -> Reals:
    """Mean of each column on side 1 minus that on side 0."""
    return np.asarray(values[side == 1].mean(axis=0) - values[side == 0].mean(axis=0), dtype=np.float64)


def _difference(values: Reals, side: Reals) -> Reals:
    """How far each lead moves the differences of means, shape of ``values``."""
    moved = np.zeros_like(values)
    for one, sign in ((1, 1.0), (0, -1.0)):
        here = side == one
        moved[here] = sign * (values[here] - values[here].mean(axis=0)) / max(int(here.sum()) - 1, 1)
    return moved


def _design(features: Sequence[Levels]) -> _Design:
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

    sizes = [one.size for one in features]
    start = np.concatenate([[0], np.cumsum(sizes)])
    place = np.column_stack([one.codes for one in features]) + start[:-1]
    rows, each = place.shape
    ends = np.arange(0, place.size + 1, each)
    columns = csr_array((np.ones(place.size), place.ravel(), ends), shape=(rows, int(start[-1])))
    return _Design(
        columns=columns,
        mean=np.bincount(place.ravel(), minlength=int(start[-1])) / rows,
        place=place,
        owner=np.repeat(np.arange(len(sizes)), sizes),
    )


def _fit(design: _Design, group: Reals, y: Reals) -> _Fit:
    """Least squares by normal equations; ``group`` and ``y`` have mean 0."""
    from scipy.linalg import cho_factor, cho_solve  # noqa: PLC0415 - slow to import

    rows, mean, columns = group.size, design.mean, design.columns
    products = (columns.T @ columns).toarray() - rows * np.outer(mean, mean)
    factor = cho_factor(products + RIDGE * np.eye(mean.size))
    lean = np.where(design.owner[:, None] == np.arange(design.place.shape[1]), _lean(design, group), 0.0)
    with_group = columns.T @ group
    solved = cho_solve(factor, np.column_stack([with_group, columns.T @ y, lean]))
    told, alone, moved = solved[:, 0], solved[:, 1], solved[:, 2:]
    left = float(group @ group - with_group @ told)
    # Block inverse: the group's own column is the border of the system.
    inverse = 1 / left if left >= LEAST_ALONE else 0.0
    own = (float(group @ y) - float(with_group @ alone)) * inverse
    border = -(with_group @ moved) * inverse
    effects, moved = alone - told * own, moved - np.outer(told, border)
    fitted = columns @ np.column_stack([effects, moved]) - mean @ np.column_stack([effects, moved])
    residual = y - fitted[:, 0] - group * own
    return _Fit(effects=effects, residual=residual, moves=fitted[:, 1:] + np.outer(group, border))


def _lean(design: _Design, group: Reals) -> Reals:
    """Share of each level on side 1 minus that on side 0, as a column."""
    weight = np.where(group > 0, 1 / (group > 0).sum(), -1 / (group <= 0).sum())
    return np.asarray(design.columns.T @ weight, dtype=np.float64)[:, None]
