"""Models that are trained here, on the leads of other folds only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from audit.arrays import BoolArray
from audit.rows.clusters import FOLDS
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.attempt import NotHere
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.encoded import Column, Target, encoded
from audit.rows.own import ByRow, Own

BOOSTED_FROM = 2_000
"""Below this a linear model: trees have too little to learn from."""
STEPS = 64

Result = TypeVar("Result")
Predict = Callable[[Reals], Reals]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lesson:
    """What one model may learn from: leads x fields, outcomes, and groups; leads stand in random order.

    With a customer's ``own`` pipeline the only column of ``values`` is the place of each lead in its frame.
    """

    values: Reals
    won: BoolArray
    levels: Codes
    seed: int
    own: Own | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fields:
    """Leads x fields before a remedy, which of them are learned from, and the group of each lead."""

    values: Reals
    learned: BoolArray
    levels: Codes
    names: tuple[str, ...]


Learn = Callable[[Lesson], Predict]
Prepare = Callable[[Fields], Reals]
Remake = Callable[[Own, BoolArray, Codes], Own]
"""How a customer's frame changes, given who is learned from and the group of each lead."""


def cross_fitted(
    leads: Bench,
    fields: tuple[Column, ...],
    learn: Learn,
    prepare: Prepare | None = None,
    remake: Remake | None = None,
) -> Reals:
    """One number per lead, by a model that learned from the worked leads of the other four folds.

    With a customer's own pipeline on the bench that is trained in place of ours, on its own columns:
    ``fields`` and ``prepare`` have no say then, ``remake`` has. Raises NotHere where nothing can be learned.
    """
    target = Target(value=leads.won.astype(np.float64), known=leads.known, fold=leads.fold)

    def one_fold(k: int) -> Reals:
        learned, tested = leads.known & (leads.fold != k), leads.fold == k
        values, own = _places(leads), leads.own
        if own is None:
            values = _prepared(fields, (encoded(fields, target, k), learned, leads.levels.codes), prepare)
        elif remake is not None:
            own = remake(own, learned, leads.levels.codes)
        if leads.won[learned].all() or not leads.won[learned].any():
            msg = "without one of the five parts all known outcomes are the same, so nothing can be learned"
            raise NotHere(msg)
        lesson = Lesson(
            values=values[learned],
            won=leads.won[learned],
            levels=leads.levels.codes[learned],
            seed=leads.seed,
            own=own,
        )
        return learn(lesson)(values[tested])

    told = np.empty(leads.size)
    for k, found in enumerate(by_fold(one_fold)):
        told[leads.fold == k] = found
    return told


def _prepared(
    fields: tuple[Column, ...], given: tuple[Reals, BoolArray, Codes], prepare: Prepare | None
) -> Reals:
    values, learned, levels = given
    if prepare is None:
        return values
    names = tuple(one.name for one in fields)
    return prepare(Fields(values=values, learned=learned, levels=levels, names=names))


def _places(leads: Bench) -> Reals:
    return np.arange(leads.size, dtype=np.float64)[:, None]


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
    prepared = made_ready(lesson)
    model = estimator(lesson).fit(prepared(lesson.values), lesson.won, sample_weight=weight)
    return lambda values: np.asarray(model.predict_proba(prepared(values))[:, 1], dtype=np.float64)


def estimator(lesson: Lesson, rounds: int = 60) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Gradient boosting from 2,000 leads on, below logistic regression; or the customer's own pipeline."""
    if lesson.own is not None:
        return ByRow(lesson.own, lesson.seed)
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - slow to import
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    if lesson.won.size < BOOSTED_FROM:
        return LogisticRegression(max_iter=1_000)
    booster: Any = HistGradientBoostingClassifier
    settings = {"max_iter": rounds, "learning_rate": 6.0 / (rounds + 10), "max_leaf_nodes": 15}
    return booster(**settings, early_stopping=False, random_state=lesson.seed)


def made_ready(lesson: Lesson) -> Predict:
    """How values are made ready for the model of this lesson; a customer's pipeline does that itself."""
    return filling(lesson.values) if lesson.own is None else lambda values: values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ready:
    """How values are made ready for a model, as learned from some rows.

    With ``edges`` (of each column) a value becomes a step; else missing values become the ``middle``, and
    every column has one unit of ``spread``.
    """

    edges: tuple[Reals, ...] | None = None
    middle: Reals = field(default_factory=lambda: np.zeros(0))
    spread: Reals = field(default_factory=lambda: np.ones(0))

    def __call__(self, values: Reals) -> Reals:
        """The values, ready for the model."""
        if self.edges is not None:
            columns = [_steps(one, edge) for one, edge in zip(values.T, self.edges, strict=True)]
            return np.column_stack(columns)
        filled = np.where(np.isnan(values), self.middle, values)
        return np.asarray((filled - self.middle) / self.spread, dtype=np.float64)


def filling(learned: Reals) -> Ready:
    """How values are made ready for a model of these rows, as learned from them alone.

    For trees each column becomes at most 64 steps (a missing value stays missing), once for all models: with
    weights scikit-learn would look for the steps anew in every one, which takes longer than the trees. For
    linear models missing values become the median, and every column has one unit of spread.
    """
    if learned.shape[0] >= BOOSTED_FROM:
        return Ready(edges=tuple(_edges(one) for one in learned.T))
    middle = np.asarray([_median(one) for one in learned.T])
    spread = np.where(np.isnan(learned), middle, learned).std(axis=0)
    return Ready(middle=middle, spread=np.where(spread > 0, spread, 1.0))


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
