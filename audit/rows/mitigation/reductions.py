"""Training under a fairness constraint, by Fairlearn: ExponentiatedGradient and GridSearch."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.attempt import MISSING, Attempt, Made, NotHere
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.learning import Learn, Lesson, Predict, cross_fitted, estimator, made_ready
from audit.rows.mitigation.model import AIMS, Aim, Remedy
from audit.rows.mitigation.wording import TRAINED_LABELS
from audit.rows.own.by_row import check_weighable

MOST = 8_000
"""Leads that a constrained model learns from, at most: it is trained ten times and more in each fold."""
ROUNDS, ITERATIONS, GRID = 25, 8, 9
WORDS: dict[Aim, str] = {
    "demographic_parity": "equal shares called (demographic parity)",
    "equal_opportunity": "equal shares called of good leads (equal opportunity)",
    "equalized_odds": "equal shares called of good leads and of others (equalised odds)",
}
AGARWAL = "Agarwal et al. (2018), ICML 35, PMLR 80:60; fairlearn"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learned:
    """One number per lead: the chance of a call as published, and a fixed order made of it."""

    chance: Reals
    order: Reals


def attempts(leads: Bench) -> tuple[Attempt, ...]:
    """Both algorithms under each constraint, and the first one once more as published, with chance."""
    return tuple(one for aim in AIMS for one in _of(leads, aim))


def _of(leads: Bench, aim: Aim) -> tuple[Attempt, ...]:
    gradient = cache(lambda: _gradient(leads, aim))

    def attempt(remedy: Remedy, decided: Callable[[], Reals]) -> Attempt:
        return Attempt(remedy=remedy, run=lambda: Made(decided=decided()), trained=True)

    return (
        attempt(_remedy("gradient", aim), lambda: leads.queue.top(gradient().order)),
        attempt(_remedy("gradient-chance", aim), lambda: gradient().chance),
        attempt(_remedy("grid", aim), lambda: leads.queue.top(_grid(leads, aim))),
    )


def _remedy(kind: str, aim: Aim) -> Remedy:
    title, what = {
        "gradient": (
            "Train for",
            (
                "A mixture of models, trained to meet the constraint (exponentiated gradient). Here leads"
                " are called in the order of the mixture's votes, so that chance has no say."
            ),
        ),
        "gradient-chance": (
            "Train by chance for",
            (
                "The same mixture as it was published: each lead is decided by a model that is drawn at"
                " random, so two equal leads may be treated differently, and the number of calls is not"
                " fixed."
            ),
        ),
        "grid": (
            "Choose among models for",
            (
                f"Of {GRID} models with different weights (grid search), the one with the best balance of"
                " error and gap on the leads it learned from."
            ),
        ),
    }[kind]
    return Remedy(
        id=f"{kind}:{aim}",
        family="training",
        title=f"{title} {WORDS[aim]}",
        what=what,
        needs="model",
        labels=TRAINED_LABELS,
        source=AGARWAL,
        randomised=kind == "gradient-chance",
        capacity_kept=kind != "gradient-chance",
    )


def _gradient(leads: Bench, aim: Aim) -> _Learned:
    """Votes and order per lead; the votes are told in thousandths, and what is below parts equals."""
    share = leads.queue.calls / leads.size
    chance = _quietly(leads, lambda lesson: _mixture(_three(lesson, leads), aim, share))
    votes = np.round(chance, 3)
    return _Learned(chance=np.clip(votes, 0, 1), order=chance)


def _grid(leads: Bench, aim: Aim) -> Reals:
    return _quietly(leads, lambda lesson: _one_of_grid(_two(lesson, leads), aim))


def _quietly(leads: Bench, learn: Learn) -> Reals:
    """What fairlearn 0.15 does is deprecated in pandas, and its candidates may all say the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return cross_fitted(leads, leads.columns, learn)


def _three(lesson: Lesson, leads: Bench) -> Lesson:
    """The group, the reference, and everybody else as a third group."""
    codes = np.where(lesson.levels == leads.group, 1, np.where(lesson.levels == leads.reference, 0, 2))
    return _sampled(lesson, codes.astype(np.int64))


def _two(lesson: Lesson, leads: Bench) -> Lesson:
    """The group and everybody else: the grid of weights grows with every further group."""
    return _sampled(lesson, (lesson.levels == leads.group).astype(np.int64))


def _sampled(lesson: Lesson, codes: Codes) -> Lesson:
    """The first so many leads; they stand in random order. A group without both outcomes joins the others."""
    for code in np.unique(codes).tolist():
        here = codes[:MOST] == code
        if lesson.won[:MOST][here].all() or not lesson.won[:MOST][here].any():
            codes = np.where(codes == code, 0, codes)
    first = slice(None, MOST)
    return replace(lesson, values=lesson.values[first], won=lesson.won[first], levels=codes[first])


def _mixture(lesson: Lesson, aim: Aim, share: float) -> Predict:
    """The votes of the mixture, and a thousandth of its mean chance to part equals."""
    fairlearn, prepared = _fairlearn(), made_ready(lesson)
    values = prepared(lesson.values)
    model = fairlearn.ExponentiatedGradient(
        estimator(lesson, ROUNDS),
        constraints=_constraint(fairlearn, aim),
        objective=_costs(fairlearn, lesson, values, share),
        max_iter=ITERATIONS,
        eps=0.01,
    )
    _fit(model, values, lesson)
    parts = [
        (float(weight), model.predictors_[place]) for place, weight in model.weights_.items() if weight > 0
    ]

    def told(given: Reals) -> Reals:
        ready = prepared(given)
        votes = sum(weight * np.asarray(one.predict(ready), dtype=np.float64) for weight, one in parts)
        means = sum(weight * _positive(one, ready) for weight, one in parts)
        return np.asarray(np.round(votes, 3) + 4e-4 * means, dtype=np.float64)

    return told


def _one_of_grid(lesson: Lesson, aim: Aim) -> Predict:
    """Fairlearn's grid search takes no costs: the best of its models is asked for its chance."""
    fairlearn, prepared = _fairlearn(), made_ready(lesson)
    values = prepared(lesson.values)
    model = fairlearn.GridSearch(
        estimator(lesson, ROUNDS),
        constraints=_constraint(fairlearn, aim),
        grid_size=GRID,
    )
    _fit(model, values, lesson)
    best = model.predictors_[model.best_idx_]
    return lambda given: _positive(best, prepared(given))


def _fairlearn() -> Any:  # noqa: ANN401 - fairlearn has no types
    try:
        import fairlearn.reductions  # noqa: PLC0415 - an extra
    except ImportError:
        raise NotHere(MISSING) from None
    return fairlearn.reductions


def _constraint(fairlearn: Any, aim: Aim) -> Any:  # noqa: ANN401 - fairlearn has no types
    name = {
        "demographic_parity": "DemographicParity",
        "equal_opportunity": "TruePositiveRateParity",
        "equalized_odds": "EqualizedOdds",
    }[aim]
    return getattr(fairlearn, name)(difference_bound=0.01)


def _costs(fairlearn: Any, lesson: Lesson, values: Reals, share: float) -> Any:  # noqa: ANN401 - as above
    """Costs under which a plain model would call this share of the leads."""
    model = estimator(lesson, ROUNDS).fit(values, lesson.won)
    cut = float(np.quantile(_positive(model, values), 1 - share))
    cut = min(max(cut, 0.01), 0.99)
    return fairlearn.ErrorRate(costs={"fp": cut, "fn": 1 - cut})


def _fit(model: Any, values: Reals, lesson: Lesson) -> None:  # noqa: ANN401 - fairlearn has no types
    if np.unique(lesson.levels).size < 2:
        msg = "one of the two groups has too few leads of each outcome to train for"
        raise NotHere(msg)
    if lesson.own is not None:
        check_weighable(lesson.own)
    model.fit(values, lesson.won.astype(np.int64), sensitive_features=lesson.levels)


def _positive(model: Any, values: Reals) -> Reals:  # noqa: ANN401 - scikit-learn has no types
    """The chance of a good outcome; a model that learned one outcome only knows that one."""
    if not hasattr(model, "predict_proba"):
        return np.asarray(model.predict(values), dtype=np.float64)
    told = np.asarray(model.predict_proba(values), dtype=np.float64)
    classes = np.asarray(model.classes_).astype(np.int64).tolist()
    return told[:, classes.index(1)] if 1 in classes else np.zeros(values.shape[0])
