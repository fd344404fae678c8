"""A model of the closed score from the features: what the score goes by, as far as the features tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from audit.intervals import quantile
from audit.rows.clusters import FOLDS, clusters, variance_of_mean
from audit.rows.imitating.linear import ridge
from audit.rows.imitating.matrix import Matrix, matrix
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Codes, Reals, score_or_decision
from audit.rows.proxy import PREFIX
from audit.rows.separating.discriminant import SHARED
from audit.rows.separating.separation import fold_auc

SAMPLE = 50_000
"""At most so many leads are learned from; a random sample beyond."""
LEAST = 100
BOOSTED_FROM = 2_000
"""Below this a linear model: trees have too little to learn from, and are slow for what they find."""
FAITHFUL_R2 = 0.5
FAITHFUL_AUC = 0.75
"""From here a surrogate is faithful: it tells most of the score's spread, or ranks most decisions right."""

Measure = Literal["r2", "auc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """How well the surrogate tells the score of leads that it did not learn from, with its interval.

    ``measure`` is "r2" (1: exactly, 0: no better than the mean) for a score, "auc" for a decision.
    """

    measure: Measure
    value: float
    low: float
    high: float

    @property
    def faithful(self) -> bool:
        """Whether the low end of the interval reaches 0.5 (R-squared) or 0.75 (AUC)."""
        return self.low >= (FAITHFUL_R2 if self.measure == "r2" else FAITHFUL_AUC)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surrogate:
    """One model per fold, each learned from the other four; ``rows`` are the leads' places in the table.

    ``predicted`` is out of fold: no lead's own score went into its prediction. ``model`` is
    "boosting" or "linear". The models speak in units of ``scale`` points from ``middle``.
    """

    rows: Codes
    data: Matrix
    models: tuple[Any, ...]
    model: str
    middle: float
    scale: float
    predicted: Reals
    fidelity: Fidelity
    confidence: float

    def position(self, row: int) -> int:
        """Where the lead in this row of the table stands; KeyError where it was not looked at."""
        at = np.flatnonzero(self.rows == row)
        if not at.size:
            message = f"the surrogate did not look at row {row}"
            raise KeyError(message)
        return int(at[0])

    def predict(self, values: Reals, fold: int) -> Reals:
        """The score (or the chance of being selected) of rows x fields, by the model of a fold."""
        return self.middle + self.scale * np.asarray(self.models[fold].predict(values), dtype=np.float64)


def surrogate(table: pa.Table, confidence: float, seed: int, first: Sequence[int] = ()) -> Surrogate | None:
    """Learn the score from the features; None with under 100 leads or 20 accounts, no feature or one score.

    Above 50,000 leads a random 50,000 are learned from, among them the rows in ``first``.

    From 2,000 leads on by gradient boosting over histograms [1]_, below by ridge regression on the
    encoded features, cross-fitted over five folds. Both by least squares: for a decision (0 and 1)
    this estimates the chance of being selected, and what the features do adds up either way. The
    surrogate sees no attribute unless it is among the features: what it cannot tell, they do not carry.

    References
    ----------
    .. [1] G. Ke et al. (2017). LightGBM. NeurIPS 30; scikit-learn's HistGradientBoosting.
    """
    names = [column[len(PREFIX) :] for column in table.column_names if column.startswith(PREFIX)]
    score, rows = score_or_decision(table), _sample(table, seed, first)
    if not names or rows.size < LEAST or _is_constant(score[rows]):
        return None
    accounts = clusters(table, seed)
    if accounts is not None and accounts.at(rows).too_few:
        return None
    # Of ordered levels the places are imitated, as scores are: only a yes or no has an AUC.
    decided = "score" not in table.column_names and "selected" in table.column_names
    middle, scale = (0.0, 1.0) if decided else (float(score[rows].mean()), float(score[rows].std()))
    boosted = rows.size >= BOOSTED_FROM
    data = matrix(
        table.take(pa.array(rows)),
        names,
        (score[rows] - middle) / scale,
        numbers=boosted,
        accounts=accounts.at(rows) if accounts else None,
    )
    booster = _booster() if boosted else None
    with one_thread():
        models = tuple(_learned(data, k, booster, seed) for k in range(FOLDS))
        predicted = _out_of_fold(models, data)
    return Surrogate(
        rows=rows,
        data=data,
        models=models,
        model="boosting" if boosted else "linear",
        middle=middle,
        scale=scale,
        predicted=middle + scale * predicted,
        fidelity=fidelity(data, predicted, confidence, decided=decided),
        confidence=confidence,
    )


def _sample(table: pa.Table, seed: int, first: Sequence[int]) -> Codes:
    """Rows with a score in random order, at most 50,000, the wanted ones among them."""
    order = np.random.default_rng(seed).permutation(table.num_rows)
    order = order[np.isfinite(score_or_decision(table)[order])]
    wanted = np.isin(order, np.asarray(first, dtype=np.int64))
    wanted[np.flatnonzero(~wanted)[: max(SAMPLE - int(wanted.sum()), 0)]] = True
    return order[wanted]


def _is_constant(score: Reals) -> bool:
    # The square of a smaller number is 0 to a computer.
    return float(np.ptp(score)) <= max(1e-9 * float(np.abs(score).max()), 1e-150)


def _learned(data: Matrix, left_out: int, booster: type[Any] | None, seed: int) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """The model of one fold; ridge regression where there is no booster."""
    values, target = data.training(left_out), data.score[data.fold != left_out]
    if booster is None:
        return ridge(values, target)
    settings = {"max_iter": 60, "learning_rate": 0.15, "max_leaf_nodes": 15, "early_stopping": False}
    return booster(**settings, random_state=seed).fit(values, target)


def _booster() -> type[Any]:
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415 - slow to import

    booster: type[Any] = HistGradientBoostingRegressor
    return booster


def _out_of_fold(models: tuple[Any, ...], data: Matrix) -> Reals:
    values, predicted = data.tested(), np.empty(data.score.size)
    for k, model in enumerate(models):
        predicted[data.fold == k] = model.predict(values[data.fold == k])
    return predicted


def fidelity(data: Matrix, predicted: Reals, confidence: float, *, decided: bool) -> Fidelity:
    """How well predictions, in the units of the matrix's score, tell that score (or the decision)."""
    return (_auc if decided else _r2)(data, predicted, confidence)


def _r2(data: Matrix, predicted: Reals, confidence: float) -> Fidelity:
    """Out-of-fold R-squared; its interval by the delta method over leads, or accounts."""
    missed, spread = (data.score - predicted) ** 2, (data.score - data.score.mean()) ** 2
    value = 1 - float(missed.mean() / spread.mean())
    moved = (missed - (1 - value) * spread) / spread.mean()
    half = quantile(confidence) * float(np.sqrt(variance_of_mean(moved, data.account)))
    return Fidelity(measure="r2", value=value, low=value - half, high=min(1.0, value + half))


def _auc(data: Matrix, predicted: Reals, confidence: float) -> Fidelity:
    """Held-out AUC averaged over folds, with DeLong's interval widened for shared learning."""
    each = []
    for here in (data.fold == k for k in range(FOLDS)):
        target, code = data.score[here], None if data.account is None else data.account[here]
        each.append(fold_auc(predicted[here], target, 1 - target, code))
    found = [one for one in each if one is not None]
    value, variance = np.mean(found, axis=0).tolist() if found else (0.5, 0.25)
    half = quantile(confidence) * float(np.sqrt(variance * SHARED))
    return Fidelity(measure="auc", value=value, low=max(0.0, value - half), high=min(1.0, value + half))
