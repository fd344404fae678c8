"""Models that are trained here, on the leads of other folds only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from audit.arrays import BoolArray
from audit.rows.clusters import FOLDS
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.attempt import NotHere
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.encoded import Column, Target, encoded

BOOSTED_FROM = 2_000
"""Below this a linear model: trees have too little to learn from."""
STEPS = 64

Result = TypeVar("Result")
Predict = Callable[[Reals], Reals]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lesson:
    """What one model may learn from: leads x fields, outcomes, and groups; leads stand in random order."""

    values: Reals
    won: BoolArray
    levels: Codes
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fields:
    """Leads x fields before a remedy, which of them are learned from, and the group of each lead."""

    values: Reals
    learned: BoolArray
    levels: Codes
    names: tuple[str, ...]


Learn = Callable[[Lesson], Predict]
Prepare = Callable[[Fields], Reals]


def cross_fitted(
    leads: Bench, fields: tuple[Column, ...], learn: Learn, prepare: Prepare | None = None
) -> Reals:
    """One number per lead, by a model that learned from the worked leads of the other four folds.

    Raises NotHere where a model cannot be learned.
    """
    target = Target(value=leads.won.astype(np.float64), known=leads.known, fold=leads.fold)

    def one_fold(k: int) -> Reals:
        learned, tested = leads.known & (leads.fold != k), leads.fold == k
        values = encoded(fields, target, k)
        if prepare is not None:
            names = tuple(one.name for one in fields)
            values = prepare(Fields(values=values, learned=learned, levels=leads.levels.codes, names=names))
        if leads.won[learned].all() or not leads.won[learned].any():
            msg = "without one of the five parts all known outcomes are the same, so nothing can be learned"
            raise NotHere(msg)
        lesson = Lesson(
            values=values[learned],
            won=leads.won[learned],
            levels=leads.levels.codes[learned],
            seed=leads.seed,
        )
        return learn(lesson)(values[tested])

    told = np.empty(leads.size)
    for k, found in enumerate(by_fold(one_fold)):
        told[leads.fold == k] = found
    return told


def by_fold(work: Callable[[int], Result]) -> list[Result]:
    """The work of every fold, one after the other, in one thread.

    Two threads would be faster, but scikit-learn's trees set and reset Python's warning filters on the way,
    which are shared by all threads.
    """
    warm()
    with one_thread():
        return [work(k) for k in range(FOLDS)]


def plain(lesson: Lesson) -> Predict:
    """The chance of a good outcome, by an ordinary model."""
    return chance(lesson, None)


def chance(lesson: Lesson, weight: Reals | None) -> Predict:
    """The same with a weight for each lead."""
    prepared = filling(lesson.values)
    model = estimator(lesson.won.size, lesson.seed).fit(
        prepared(lesson.values), lesson.won, sample_weight=weight
    )
    return lambda values: np.asarray(model.predict_proba(prepared(values))[:, 1], dtype=np.float64)


def estimator(leads: int, seed: int, rounds: int = 60) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Gradient boosting from 2,000 leads on, below logistic regression."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - slow to import
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    if leads < BOOSTED_FROM:
        return LogisticRegression(max_iter=1_000)
    booster: Any = HistGradientBoostingClassifier
    settings = {"max_iter": rounds, "learning_rate": 6.0 / (rounds + 10), "max_leaf_nodes": 15}
    return booster(**settings, early_stopping=False, random_state=seed)


def filling(learned: Reals) -> Predict:
    """How values are made ready for a model of these rows, as learned from them alone.

    For trees each column becomes at most 64 steps (a missing value stays missing), once for all models: with
    weights scikit-learn would look for the steps anew in every one, which takes longer than the trees. For
    linear models missing values become the median, and every column has one unit of spread.
    """
    if learned.shape[0] >= BOOSTED_FROM:
        edges = [_edges(one) for one in learned.T]
        return lambda values: np.column_stack(
            [_steps(one, edge) for one, edge in zip(values.T, edges, strict=True)]
        )
    middle = np.asarray([_median(one) for one in learned.T])
    filled = np.where(np.isnan(learned), middle, learned)
    spread = filled.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return lambda values: (np.where(np.isnan(values), middle, values) - middle) / spread


def _edges(values: Reals) -> Reals:
    present = values[~np.isnan(values)]
    if not present.size:
        return np.zeros(0)
    return np.unique(np.quantile(present, np.linspace(0, 1, STEPS + 1)[1:-1]))


def _steps(values: Reals, edges: Reals) -> Reals:
    steps = np.searchsorted(edges, values, side="right").astype(np.float64)
    return np.where(np.isnan(values), np.nan, steps)


def _median(values: Reals) -> float:
    present = values[~np.isnan(values)]
    return float(np.median(present)) if present.size else 0.0


def warm() -> None:
    """Import what runs threads, so that they can be limited."""
    import sklearn.ensemble  # noqa: PLC0415 - slow to import
    import sklearn.isotonic  # noqa: PLC0415 - slow to import
    import sklearn.linear_model  # noqa: F401, PLC0415 - slow to import
