"""The domain classifier: whether leads of both windows can be told apart by all columns together.

Boosted trees learn on one half of the drawn leads which window a lead is from, and are tried on the other
half, and the other way round. Given what was learned, the leads of a half that it was tried on are
independent of it: the AUC of each half has DeLong's variance, and a one-sided test of 0.5 that holds. The two
are not independent of each other, so that the mean of their p-values counts double, and the ends are the
means of theirs.

References
----------
D. Lopez-Paz, M. Oquab (2017). Revisiting classifier two-sample tests. ICLR. E. DeLong et al. (1988).
Biometrics 44:837. L. Rüschendorf (1982), V. Vovk, R. Wang (2020). Biometrika 107:791 (twice the mean of
p-values).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.drift.model import Asked, Driver, Multivariate, Role
from audit.drift.sampling import drawn
from audit.intervals import quantile
from audit.rows.imitating.threads import one_thread

SHUFFLED = 4_000
"""Held-out leads on which it is tried what each column is worth."""
FEWEST = 100
"""Leads of each window below which nothing can be learned and tried."""
MOST_DRIVERS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """A column as the classifier sees it: small whole numbers, names or ordered; -1 is missing."""

    name: str
    role: Role
    ordered: bool
    codes: npt.NDArray[np.int32]


def multivariate(
    columns: Sequence[Seen], window: IntArray, account: IntArray | None, asked: Asked, confidence: float
) -> Multivariate | None:
    """How well all columns together tell the windows apart; None with fewer than 100 leads in one.

    Parameters
    ----------
    columns
        At least one, with a code for each row.
    window
        0, 1, or -1 (takes no part) of each row.
    account
        The account of each row: one lead of each is drawn.
    asked
        Its seed draws leads and shuffles columns; ``drawn`` is how many leads of each window at most.
    confidence
        Of the interval.
    """
    import sklearn.ensemble  # noqa: F401, PLC0415 - slow to import, and only then held to one thread

    rows = [_window(columns, window == place, account, asked) for place in (0, 1)]
    if min(len(part) for part in rows) < FEWEST:
        return None
    chosen = np.concatenate(rows)
    data = np.stack([column.codes[chosen] for column in columns], axis=1).astype(np.float64)
    data[data < 0] = np.nan
    label = np.repeat([0, 1], [len(part) for part in rows])
    half = np.concatenate([np.arange(len(part)) % 2 for part in rows])
    with one_thread():
        tried = [_tried(columns, data, label, half == side, asked.seed) for side in (0, 1)]
    return _together(columns, tried, (len(rows[0]), len(rows[1])), confidence)


def _window(columns: Sequence[Seen], within: BoolArray, account: IntArray | None, asked: Asked) -> IntArray:
    rows = np.flatnonzero(within)
    if not rows.size:
        return rows
    parts = [column.codes[rows] for column in columns]
    return rows[drawn(parts, None if account is None else account[rows], asked.drawn, asked.seed)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tried:
    auc: float
    error: float
    losses: FloatArray


def _tried(
    columns: Sequence[Seen], data: FloatArray, label: IntArray, held: npt.NDArray[np.bool_], seed: int
) -> _Tried:
    """What is learned on one half, tried on the half that is held out, and without each column's order."""
    model = _booster(columns, seed).fit(data[~held], label[~held])
    rows, truth = data[held], label[held] == 1
    auc, error = auc_of(model.predict_proba(rows)[:, 1], truth)
    return _Tried(auc=auc, error=error, losses=_losses(model, rows, truth, seed))


def _losses(model: Any, rows: FloatArray, truth: npt.NDArray[np.bool_], seed: int) -> FloatArray:  # noqa: ANN401
    """The AUC that goes when the values of one column are shuffled over leads of both windows."""
    random = np.random.default_rng(seed)
    some = random.permutation(len(rows))[:SHUFFLED]
    rows, truth, shuffled = rows[some], truth[some], random.permutation(len(some))
    whole = auc_of(model.predict_proba(rows)[:, 1], truth)[0]
    losses = np.zeros(rows.shape[1])
    for place in range(rows.shape[1]):
        without = rows.copy()
        without[:, place] = rows[shuffled, place]
        losses[place] = whole - auc_of(model.predict_proba(without)[:, 1], truth)[0]
    return losses


def _booster(columns: Sequence[Seen], seed: int) -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - slow to import

    booster: Any = HistGradientBoostingClassifier
    return booster(
        max_iter=50,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        categorical_features=[not column.ordered for column in columns],
        early_stopping=False,
        random_state=seed % 2**32,
    )


def auc_of(score: FloatArray, positive: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """The AUC and its standard error by DeLong, from ranks (ties count half)."""
    up, down = np.sort(score[positive]), np.sort(score[~positive])
    above = [(np.searchsorted(other, one, "left") + np.searchsorted(other, one, "right")) / (2 * len(other))
             for one, other in ((up, down), (down, up))]  # fmt: skip
    variance = sum(float(part.var(ddof=1)) / len(part) for part in above)
    return float(above[0].mean()), float(np.sqrt(variance))


def _together(
    columns: Sequence[Seen], tried: Sequence[_Tried], leads: tuple[int, int], confidence: float
) -> Multivariate:
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    auc = float(np.mean([one.auc for one in tried]))
    half = quantile(confidence) * float(np.mean([one.error for one in tried]))
    chances = [float(ndtr((0.5 - one.auc) / max(one.error, 1e-12))) for one in tried]
    losses = np.mean([one.losses for one in tried], axis=0)
    order = [
        place for place in np.argsort(-losses, kind="stable")[:MOST_DRIVERS].tolist() if losses[place] > 0
    ]
    return Multivariate(
        auc=auc,
        low=max(auc - half, 0.0),
        high=min(auc + half, 1.0),
        p_value=min(1.0, 2 * float(np.mean(chances))),
        p_adjusted=None,
        verdict="insufficient",
        reference=leads[0],
        newest=leads[1],
        drivers=tuple(
            Driver(name=columns[place].name, role=columns[place].role, loss=float(losses[place]))
            for place in order
        ),
    )
